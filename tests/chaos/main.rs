//! The system while parts of it die.
