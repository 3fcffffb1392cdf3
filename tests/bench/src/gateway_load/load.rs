//! The load: a number of connections, each with one request at a time. Written on bare sockets and one thread, so that the generator takes
//! as little of the machine as it can and the same from everything it measures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shiming_proto::identity::v1::GetSessionRequest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::task::{JoinSet, LocalSet};

use crate::minimal;

/// How much and how long.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) length: Duration,
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done {
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
}

impl Load {
    /// Sends `request`, a whole HTTP/1.1 request, again and again; anything but 200 ends the bench.
    pub(crate) fn http(&self, address: &str, request: &[u8]) -> Done {
        self.on_one_thread(|until| {
            let (address, request) = (address.to_owned(), request.to_vec());
            async move {
                let mut connection = Connection::open(&address).await;
                let mut requests = 0;
                while Instant::now() < until {
                    connection.exchange(&request).await;
                    requests += 1;
                }
                requests
            }
        })
    }

    /// Makes the call again and again, all on one channel.
    pub(crate) fn grpc(&self, service: &str) -> Done {
        let channel = Arc::new(OnceCell::new());
        self.on_one_thread(|until| {
            let service = service.to_owned();
            let channel = Arc::clone(&channel);
            async move {
                let mut client = channel.get_or_init(|| minimal::client(service)).await.clone();
                let mut requests = 0;
                while Instant::now() < until {
                    client.get_session(GetSessionRequest {}).await.unwrap();
                    requests += 1;
                }
                requests
            }
        })
    }

    fn on_one_thread<F: Future<Output = u64> + 'static>(&self, worker: impl Fn(Instant) -> F) -> Done {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let started = Instant::now();
        let until = started + self.length;
        let requests = LocalSet::new().block_on(&runtime, async {
            let mut workers = JoinSet::new();
            for _ in 0..self.connections {
                workers.spawn_local(worker(until));
            }
            workers.join_all().await.into_iter().sum()
        });
        Done { requests, seconds: started.elapsed().as_secs_f64() }
    }
}

/// A kept-alive HTTP/1.1 connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(16 * 1024) }
    }

    async fn exchange(&mut self, request: &[u8]) {
        let (status, body) = self.ask(request).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
    }

    /// The status and body that answer `request`.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> (u16, &[u8]) {
        let (status, head, whole) = self.send(request).await;
        (status, &self.buffer[head..whole])
    }

    /// The whole answer to `request`, head and all.
    pub(crate) async fn ask_whole(&mut self, request: &[u8]) -> String {
        let (_, _, whole) = self.send(request).await;
        String::from_utf8_lossy(&self.buffer[..whole]).into_owned()
    }

    async fn send(&mut self, request: &[u8]) -> (u16, usize, usize) {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the connection was closed: {}", String::from_utf8_lossy(&self.buffer));
            if let Some(answer) = whole_answer(&self.buffer).filter(|(.., whole)| self.buffer.len() >= *whole)
            {
                return answer;
            }
        }
    }
}

/// Status, length of the head, and length of head and body, once the head is there.
fn whole_answer(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    })?;
    Some((status, head, head + length))
}
