//! Connections to the three kinds of Redis, each reconnecting.
//!
//! The crate's defaults would keep a caller waiting for nine seconds while Redis is down (six retries); here one retry, short
//! delays, and the caller's own timeout round everything. Nothing that blocks is ever sent on these shared connections.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection, PubSub};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, FromRedisValue, RedisError, RedisResult, TlsMode,
};
use tokio::sync::Mutex;

use crate::config::{Login, Sentinels, Servers};

pub(super) enum Link {
    Single {
        client: Client,
        connection: Box<ConnectionManager>,
    },
    Cluster {
        client: ClusterClient,
        nodes: Vec<Client>,
        connection: Mutex<Option<ClusterConnection>>,
    },
    Sentinel {
        sentinels: Mutex<SentinelClient>,
        connection: Mutex<Option<MultiplexedConnection>>,
        timeout: Duration,
    },
}

impl Link {
    pub(super) fn new(servers: Servers, timeout: Duration) -> RedisResult<Self> {
        match servers {
            Servers::Single { url } => {
                let config = ConnectionManagerConfig::new()
                    .set_number_of_retries(1)
                    .set_min_delay(Duration::from_millis(50))
                    .set_max_delay(Duration::from_millis(200))
                    .set_connection_timeout(Some(timeout))
                    .set_response_timeout(Some(timeout));
                let client = Client::open(url)?;
                let connection = Box::new(ConnectionManager::new_lazy_with_config(client.clone(), config)?);
                Ok(Self::Single { client, connection })
            }
            Servers::Cluster { urls } => {
                let nodes = urls.iter().map(|url| Client::open(url.as_str())).collect::<RedisResult<_>>()?;
                let client = ClusterClientBuilder::new(urls)
                    .retries(1)
                    .min_retry_wait(50)
                    .max_retry_wait(200)
                    .connection_timeout(timeout)
                    .response_timeout(timeout)
                    .build()?;
                Ok(Self::Cluster { client, nodes, connection: Mutex::new(None) })
            }
            Servers::Sentinel(sentinels) => {
                let sentinels = Mutex::new(sentinel_client(sentinels)?);
                Ok(Self::Sentinel { sentinels, connection: Mutex::new(None), timeout })
            }
        }
    }

    pub(super) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        match self {
            Self::Single { connection, .. } => {
                command.query_async(&mut ConnectionManager::clone(connection)).await
            }
            Self::Cluster { client, connection, .. } => {
                let mut connection = {
                    let mut slot = connection.lock().await;
                    match &*slot {
                        Some(connection) => connection.clone(),
                        None => slot.insert(client.get_async_connection().await?).clone(),
                    }
                };
                command.query_async(&mut connection).await
            }
            Self::Sentinel { sentinels, connection, timeout } => {
                let mut link = {
                    let mut slot = connection.lock().await;
                    match &*slot {
                        Some(connection) => connection.clone(),
                        None => slot.insert(ask_for_master(sentinels, *timeout).await?).clone(),
                    }
                };
                let answer = command.query_async(&mut link).await;
                if answer.as_ref().is_err_and(master_may_have_moved) {
                    *connection.lock().await = None;
                }
                answer
            }
        }
    }

    /// Drops a connection that didn't answer in time: its server may be gone without a word.
    pub(super) async fn distrust(&self) {
        match self {
            // Fails by its own response timeout, and reconnects.
            Self::Single { .. } => {}
            Self::Cluster { connection, .. } => *connection.lock().await = None,
            Self::Sentinel { connection, .. } => *connection.lock().await = None,
        }
    }

    /// A connection of its own for subscriptions. In a cluster any node hears what is published on any.
    pub(super) async fn pubsub(&self) -> RedisResult<PubSub> {
        match self {
            Self::Single { client, .. } => client.get_async_pubsub().await,
            Self::Cluster { nodes, .. } => {
                let mut last = RedisError::from((redis::ErrorKind::InvalidClientConfig, "no cluster node"));
                for node in nodes {
                    match node.get_async_pubsub().await {
                        Ok(pubsub) => return Ok(pubsub),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
            Self::Sentinel { sentinels, .. } => {
                let client = sentinels.lock().await.async_get_client().await?;
                client.get_async_pubsub().await
            }
        }
    }
}

/// Two logins: the master's, and that of the sentinels themselves.
fn sentinel_client(sentinels: Sentinels) -> RedisResult<SentinelClient> {
    let Sentinels { hosts, tls, login, own_login, master } = sentinels;
    let address = |(host, port): (String, u16)| {
        if tls {
            ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
        } else {
            ConnectionAddr::Tcp(host, port)
        }
    };
    let hosts = hosts.into_iter().map(address);
    let mut builder = SentinelClientBuilder::new(hosts, master, SentinelServerType::Master)?;
    if tls {
        builder = builder.set_client_to_redis_tls_mode(TlsMode::Secure);
    }
    if let Some(Login { user, password }) = login {
        builder = builder.set_client_to_redis_password(password);
        if !user.is_empty() {
            builder = builder.set_client_to_redis_username(user);
        }
    }
    if let Some(Login { user, password }) = own_login {
        builder = builder.set_client_to_sentinel_password(password);
        if !user.is_empty() {
            builder = builder.set_client_to_sentinel_username(user);
        }
    }
    builder.build()
}

async fn ask_for_master(
    sentinels: &Mutex<SentinelClient>,
    timeout: Duration,
) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(timeout))
        .set_response_timeout(Some(timeout));
    sentinels.lock().await.get_async_connection_with_config(&config).await
}

fn master_may_have_moved(error: &RedisError) -> bool {
    use redis::ServerErrorKind as Server;
    error.is_io_error()
        || error.is_unrecoverable_error()
        || matches!(
            error.kind(),
            redis::ErrorKind::Server(Server::ReadOnly | Server::MasterDown | Server::BusyLoading)
        )
}
