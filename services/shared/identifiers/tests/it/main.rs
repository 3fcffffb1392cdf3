//! The published vectors, and properties that hold for any text.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod vectors;
