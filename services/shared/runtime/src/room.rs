//! Room that many share and nobody can fill alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// There is no room left, or this one has their share of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room")]
pub struct NoRoom;

/// A number of things (places, bytes) that may be held at once, and of which one holder may have a share.
#[derive(Debug)]
pub struct Room {
    most: usize,
    share: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    /// Only of who holds something.
    each: HashMap<Arc<str>, usize>,
}

/// What one holder holds. Dropped, it is given back.
#[derive(Debug)]
pub struct Taken {
    room: Arc<Room>,
    who: Arc<str>,
    amount: usize,
}

impl Room {
    /// Room for `most`, of which one holder may have `share`.
    pub fn new(most: usize, share: usize) -> Arc<Self> {
        Arc::new(Self { most, share: share.clamp(1, most.max(1)), held: Mutex::default() })
    }

    /// Takes `amount` (which may be nothing yet) for `who`.
    pub fn take(self: &Arc<Self>, who: &str, amount: usize) -> Result<Taken, NoRoom> {
        let mut taken = Taken { room: Arc::clone(self), who: Arc::from(who), amount: 0 };
        taken.grow(amount)?;
        Ok(taken)
    }

    /// How much is held by all together.
    pub fn held(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Takes `more` of the same room, all of it or nothing.
    pub fn grow(&mut self, more: usize) -> Result<(), NoRoom> {
        if more == 0 {
            return Ok(());
        }
        let mut held = self.room.lock();
        let mine = held.each.get(&self.who).copied().unwrap_or_default().saturating_add(more);
        let all = held.all.saturating_add(more);
        if mine > self.room.share || all > self.room.most {
            return Err(NoRoom);
        }
        held.all = all;
        held.each.insert(Arc::clone(&self.who), mine);
        self.amount += more;
        Ok(())
    }

    /// Gives back `less` of it.
    pub fn shrink(&mut self, less: usize) {
        let less = less.min(self.amount);
        self.amount -= less;
        let mut held = self.room.lock();
        held.all -= less;
        if let Some(mine) = held.each.get_mut(&self.who) {
            *mine -= less;
            if *mine == 0 {
                held.each.remove(&self.who);
            }
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.amount > 0 {
            self.shrink(self.amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_more_than_a_share_and_all_no_more_than_there_is() {
        let room = Room::new(10, 4);
        let mut one = room.take("one", 3).unwrap();
        assert_eq!(room.take("one", 2).unwrap_err(), NoRoom);
        one.grow(1).unwrap();
        assert_eq!(one.grow(1), Err(NoRoom));
        let _two = room.take("two", 4).unwrap();
        assert_eq!(room.take("three", 3).unwrap_err(), NoRoom, "not that much is left");
        let _three = room.take("three", 2).unwrap();
        assert_eq!(room.held(), 10);
        assert!(room.take("four", 1).is_err());
        one.shrink(1);
        assert!(room.take("four", 1).is_ok());
    }

    #[test]
    fn what_is_dropped_is_given_back_and_its_holder_forgotten() {
        let room = Room::new(2, 2);
        drop(room.take("one", 2).unwrap());
        drop(room.take("two", 0).unwrap());
        assert_eq!((room.held(), room.lock().each.len()), (0, 0));
        assert!(room.take("two", 2).is_ok());
    }
}
