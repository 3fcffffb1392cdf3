//! `PgBouncer` before a PostgreSQL cluster, with its own defaults: session pooling, and no start-up parameter beyond those it knows.

use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::ports::free_port;
use crate::postgres::Postgres;
use crate::supervised::{Signals, Supervised, User};

const START_LIMIT: Duration = Duration::from_mins(1);

/// A running pooler. It stops when this is dropped.
#[derive(Debug)]
pub struct PgBouncer {
    _server: Supervised,
    port: u16,
}

impl PgBouncer {
    /// Starts one; panics with its log when that fails.
    pub fn before(cluster: &Postgres) -> Self {
        let user = User::unprivileged();
        let port = free_port();
        let folder = tempfile::Builder::new()
            .prefix("shiming-pgbouncer-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let file = folder.join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 user=shiming port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\n",
            cluster.port()
        );
        std::fs::write(&file, settings).expect("the temporary folder is writable");
        if let Some(user) = &user {
            user.own(&folder);
            user.own(&file);
        }
        // Debian keeps it where only root's PATH looks.
        let debian = "/usr/sbin/pgbouncer";
        let program = if Path::new(debian).exists() { debian } else { "pgbouncer" };
        let command = [program.to_owned(), file.display().to_string()];
        let signals = Signals { stop: "INT", kill: "KILL" };
        let server = Supervised::new(user.as_ref(), folder, signals, &command);
        server.order("start");
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                started.elapsed() < START_LIMIT && server.alive(),
                "PgBouncer didn't start (apt install pgbouncer): {}",
                server.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { _server: server, port }
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }
}
