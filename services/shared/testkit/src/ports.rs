//! Free loopback ports for servers that can't be told "any port".

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::supervised::user_id;

/// Below the ports that the system gives to outgoing connections, which could take one between our look and the server's start; so is the
/// second port of a Redis cluster, 10,000 above its first. The browser tests take theirs from 22,000 on.
const PORTS: Range<u16> = 15_000..22_000;

/// A TCP port on 127.0.0.1 that is free, and that no other test gets while this process lives: it holds a lock in the port's name, which
/// the system lets go however the process ends.
pub fn free_port() -> u16 {
    static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let folder = std::env::temp_dir().join(format!("shiming-ports-{}", user_id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    let count = PORTS.end - PORTS.start;
    // Each begins somewhere else, so that few meet.
    let begin = u16::from_be_bytes([uuid::Uuid::new_v4().as_bytes()[0], uuid::Uuid::new_v4().as_bytes()[0]]);
    let (port, lock) = (0..count)
        .map(|step| PORTS.start + (begin % count + step) % count)
        .find_map(|port| {
            let lock = File::create(folder.join(port.to_string())).ok()?;
            lock.try_lock().ok()?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
            Some((port, lock))
        })
        .expect("the loopback interface has free ports");
    HELD.lock().unwrap_or_else(PoisonError::into_inner).push(lock);
    port
}
