use std::time::Duration;

use reqwest::Method;
use shiming_gateway::{Config, DemoConfig};
use shiming_proto::messaging::v1::WatchCountsRequest;
use shiming_runtime::Shutdown;
use shiming_runtime::config::Validate as _;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::world::{Taker, Watch, World, config};

/// A browser with an open stream, one that is idle, and a peer that never says a word: none holds up the end.
#[tokio::test]
async fn the_process_ends_although_browsers_stay() {
    let world = World::start().await;
    let (taker, mut streams) = mpsc::channel::<Watch>(1);
    world.script.answer::<WatchCountsRequest, _>(Taker(taker));
    let browser = world.signed_in().await;
    let mut stream = browser
        .request(Method::GET, "/api/shiming.messaging.v1.InboxService/WatchCounts")
        .send()
        .await
        .unwrap();
    let _watch = streams.recv().await.unwrap();
    let mut silent = TcpStream::connect(&world.address).await.unwrap();

    world.shutdown.begin();
    let finished = tokio::time::timeout(
        Duration::from_secs(5),
        world.shutdown.finish(Duration::ZERO, Duration::from_secs(30)),
    );
    // The stand-ins, which only a hard end would stop, are not the gateway's.
    let hard = world.shutdown.hard();
    let led = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(3), silent.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "the silent connection was closed");
        while let Ok(Some(_)) =
            tokio::time::timeout(Duration::from_secs(3), stream.chunk()).await.expect("ends")
        {}
        hard.cancel();
    };
    let (finished, ()) = tokio::join!(finished, led);
    let cut = finished.expect("ends in time").cut;
    assert!(!cut.iter().any(|task| task == "gateway.connection" || task == "gateway.http"), "{cut:?}");
    assert!(TcpStream::connect(&world.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn probes_are_answered_on_a_port_of_their_own() {
    // Both held at once, so that they are two.
    let free = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let mut config = config();
    [config.http.listen, config.http.admin] = free.each_ref().map(|listener| listener.local_addr().unwrap());
    drop(free);
    let (http, admin) = (config.http.listen, config.http.admin);
    let shutdown = Shutdown::new();
    shiming_gateway::run(config, shutdown.clone()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let status = async |at: std::net::SocketAddr, path: &str| {
        client.get(format!("http://{at}{path}")).send().await.unwrap().status().as_u16()
    };
    assert_eq!([status(admin, "/livez").await, status(admin, "/readyz").await], [200, 200]);
    assert_eq!(status(admin, "/api/codes").await, 404);
    assert_eq!(status(http, "/api/codes").await, 200);
    shutdown.begin();
    assert_eq!([status(admin, "/livez").await, status(admin, "/readyz").await], [200, 503]);
    assert_eq!(status(http, "/api/codes").await, 200, "goes on serving while balancers turn away");
    shutdown.finish(Duration::ZERO, Duration::from_secs(5)).await;
}

fn broken(change: impl FnOnce(&mut Config)) -> Vec<String> {
    let mut config = config();
    change(&mut config);
    config.validate().err().unwrap_or_default()
}

type Change<'a> = &'a dyn Fn(&mut Config);

#[test]
fn unsafe_settings_stop_the_start() {
    assert_eq!(broken(|_| {}), [] as [&str; 0]);
    let public = "https://shiming.example".parse::<url::Url>().unwrap();
    let rules: [(&str, Change<'_>); 7] = [
        ("http.public_origin", &|config| {
            config.http.public_origin = "http://shiming.example".parse().unwrap();
        }),
        ("http.public_origin", &|config| {
            config.http.public_origin = "https://x.example/path".parse().unwrap();
        }),
        ("demo", &|config| {
            config.http.public_origin = public.clone();
            config.demo = Some(DemoConfig { citizens: vec![], people: None });
        }),
        ("captcha.known_answer", &|config| {
            config.http.public_origin = public.clone();
            config.captcha.known_answer = Some("A".into());
        }),
        ("limits.codes", &|config| config.limits.codes.per_browser = 0),
        ("http.capture_limit", &|config| config.http.capture_limit = 1),
        ("cache.url", &|config| config.cache.url = "nonsense".into()),
    ];
    for (key, change) in rules {
        let broken = broken(|config| change(config));
        assert!(broken.iter().any(|rule| rule.contains(key)), "{key}: {broken:?}");
    }
}
