//! Bad input, replays and strangers: the documented error, over HTTP and gRPC, in the manual's words where it has them.

use serde_json::{Value, json};
use shiming_tests::{
    COMPLETE_COLLECTION_FACE, Citizen, DECIDE_APPLICATION, ENTERPRISE, FaceAuth, Film, Journey, Part,
    START_COLLECTION, Shot, World, actions, address, photo,
};
use uuid::Uuid;

const LOGIN_REFUSED: &str =
    "登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_documents_are_refused_beside_the_field() {
    let world = World::embedded(&[]).await;
    let browser = world.browser().await;
    let wrong = [
        ("640104197803151017", "ID_CHECKSUM"),
        ("", ""),
        ("640104209901010011", ""),
        ("<script>alert(1)</script>", ""),
    ];
    for (number, reason) in wrong {
        let form =
            json!({"document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": number, "name": "王建国"}});
        let answer = browser.call(START_COLLECTION, form).await;
        assert_eq!(answer.refusal(), (400, "INVALID_FIELD"), "{number}");
        let violation = &answer.body["violations"][0];
        assert!(violation["field"].as_str().unwrap().contains("umber"), "{violation}");
        assert!(reason.is_empty() || violation["reason"] == reason, "{violation}");
        assert!(!answer.body.to_string().contains("640104"), "never repeated: {}", answer.body);
    }
    let foreign = json!({"document": {"type": "DOCUMENT_TYPE_FOREIGN_PASSPORT", "number": "E12345678", "name": "John"}});
    assert_eq!(browser.call(START_COLLECTION, foreign).await.refusal(), (422, "COUNTER_REQUIRED"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_that_can_not_serve_are_refused_with_what_to_do() {
    let world = World::embedded(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    let session = boss.begin_collection().await;
    let capture = async |image: Vec<u8>| {
        let shots = [Shot { step: 0, offset_ms: 0, image }];
        boss.browser.show(&session, |_| shots.to_vec()).await
    };

    assert_eq!(capture(b"no image at all".to_vec()).await.refusal(), (400, "NOT_AN_IMAGE"));
    let (status, reason) = (413, "REQUEST_TOO_LARGE");
    let large = capture(vec![0xff; 50 * 1024 * 1024]).await;
    assert!(large.refusal() == (status, reason) || large.refusal().1 == "IMAGE_TOO_LARGE", "{large:?}");
    for (name, fault) in [("no-face.jpg", "NO_FACE"), ("two-people.jpg", "SEVERAL_FACES")] {
        let answer = capture(photo(name)).await;
        assert_eq!(answer.refusal(), (422, "CAPTURE_QUALITY"), "{name}");
        assert_eq!(answer.body["metadata"]["fault"], fault);
    }

    let nonce = json!({"nonce": "of no challenge"});
    let answered = boss.browser.capture(&session, &nonce, &boss.film.answers(&[])).await;
    assert_eq!(answered.refusal(), (422, "FACE_CHALLENGE_EXPIRED"));
    let redeemed = json!({"faceSessionId": session["faceSessionId"]});
    let early = boss.browser.call(COMPLETE_COLLECTION_FACE, redeemed).await;
    assert_eq!(early.refusal(), (422, "FACE_NOT_FINISHED"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_face_result_serves_once_and_only_its_own_collection() {
    let world = World::embedded(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    let session = boss.begin_collection().await;
    boss.show_face(&session).await.ok();
    let redeem = json!({"faceSessionId": session["faceSessionId"]});

    let thief = Journey::of_clerk(&world).await;
    thief.begin_collection().await;
    let stolen = thief.browser.call(COMPLETE_COLLECTION_FACE, redeem.clone()).await;
    assert_eq!(stolen.refusal(), (403, "FACE_RESULT_REFUSED"));

    let act = Uuid::now_v7();
    let unanswered = boss.browser.as_it_is();
    boss.browser.post_as(act, &address(COMPLETE_COLLECTION_FACE), redeem.clone()).await.ok();
    unanswered.post_as(act, &address(COMPLETE_COLLECTION_FACE), redeem.clone()).await.ok();
    let again = boss.browser.call(COMPLETE_COLLECTION_FACE, redeem).await;
    assert!(again.status >= 400, "a replay as a new act: {}", again.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_wrong_and_not_collected_get_one_answer() {
    let world = World::embedded(&[]).await;
    let browser = world.browser().await;
    let form = |number: &str, name: &str, mobile: &str| json!({"document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": number, "name": name}, "mobile": mobile});
    let boss = Journey::of_legal_representative(&world).await;
    boss.collect(&world).await;
    let clerk = Citizen::CLERK;
    let tries = [
        form(clerk.number, clerk.name, clerk.mobile),
        form(boss.citizen.number, "别人", boss.citizen.mobile),
        form(boss.citizen.number, boss.citizen.name, "13900139000"),
    ];
    let mut answers = Vec::new();
    for wrong in tries {
        // One code a second to one mobile: the pause of this test's settings.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        let sent = browser.call("identity.v1.LoginService/SendLoginCode", wrong.clone()).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        let mut form = wrong;
        form["code"] = "000000".into();
        let answer = browser.call("identity.v1.LoginService/LogIn", form).await;
        assert_eq!(answer.refusal(), (401, "LOGIN_REFUSED"));
        assert_eq!(answer.body["detail"], LOGIN_REFUSED);
        let mut body = answer.body.clone();
        body.as_object_mut().unwrap().remove("requestId");
        answers.push(body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert!(
        world.newest_code("13900139000").await.is_none(),
        "nobody is sent a code who isn't collected with that mobile"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_things_do_not_exist_and_nothing_goes_without_a_session() {
    let world = World::embedded(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    boss.collect(&world).await;
    boss.log_in(&world).await;
    boss.step_up().await;
    let bound = boss.refresh().await;
    let binding = bound["bindings"][0]["bindingId"].as_str().unwrap().to_owned();

    let stranger = world.browser().await;
    for method in [
        "identity.v1.SessionService/GetSession",
        "identity.v1.PersonService/GetProfile",
        "enterprise.v1.BindingService/ListBindings",
        "enterprise.v1.ApplicationService/ListApplications",
        "messaging.v1.InboxService/ListMessages",
        "messaging.v1.InboxService/ListTodos",
        "messaging.v1.InboxService/GetCounts",
    ] {
        assert_eq!(stranger.read(method).await.refusal(), (401, "SESSION_REQUIRED"), "{method}");
    }
    let clerk = Journey::of_clerk(&world).await;
    clerk.collect(&world).await;
    clerk.log_in(&world).await;
    let switch = json!({"bindingId": binding});
    let switch = clerk.browser.call("enterprise.v1.BindingService/SwitchEnterprise", switch).await;
    assert_eq!(switch.refusal(), (404, "BINDING_NOT_FOUND"));
    let decide = json!({"bindingId": binding, "decision": "DECISION_APPROVE", "etag": "x"});
    let decided = clerk.browser.call(DECIDE_APPLICATION, decide).await;
    assert_eq!(decided.refusal(), (404, "APPLICATION_NOT_FOUND"));
    let mine = boss.messages_titled("已取得企业办税身份").await.remove(0);
    let read = json!({"messageId": mine["messageId"]});
    let read = clerk.browser.call("messaging.v1.InboxService/ReadMessage", read).await;
    assert_eq!(read.refusal(), (404, "MESSAGE_NOT_FOUND"));
    assert_eq!(clerk.look_up("91640100MA7600021L").await.refusal(), (404, "ENTERPRISE_NOT_FOUND"));
    assert_eq!(clerk.look_up("91640100MA75ABCD1E").await.refusal(), (422, "ENTERPRISE_STATUS"));
    assert_eq!(clerk.look_up("1").await.refusal(), (400, "INVALID_FIELD"));
    let wrong = clerk.look_up_with(ENTERPRISE, "XXXXXX").await;
    assert_eq!(wrong.refusal(), (400, "CAPTCHA_WRONG"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_code_is_refused_and_the_fifth_kills_it() {
    let world = World::embedded(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    boss.collect_face().await;
    let code = boss.collection_code(&world).await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(boss.finish_collection(wrong).await.refusal(), (400, "CODE_WRONG"));
    }
    assert_eq!(
        boss.finish_collection(&code).await.refusal(),
        (400, "CODE_WRONG"),
        "dead even for the right code"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_refusals_come_over_grpc() {
    let world = World::embedded(&[]).await;
    let face = FaceAuth::of(&world);
    let (boss, owner, stranger) = (Citizen::LEGAL_REPRESENTATIVE, Film::audun(), Film::franck());
    face.import(&boss, &owner.portrait());
    let session = face.open(&boss).unwrap();
    let alone =
        |image: Vec<u8>| face.show(&session, |_| vec![Shot { step: 0, offset_ms: 0, image: image.clone() }]);
    assert!(alone(b"no image".into()).unwrap_err().contains("NOT_AN_IMAGE"));
    assert!(alone(photo("no-face.jpg")).unwrap_err().contains("NO_FACE"));
    let refused = face.show(&session, |actions| stranger.answers(actions)).unwrap_err();
    assert!(refused.contains("FACE_NOT_SAME"), "{refused}");
    let used = face.challenge(&session).unwrap();
    let shots = owner.answers(&actions(&used));
    assert_eq!(face.submit(&session, &used, &shots).unwrap()["faceSessionId"], session["faceSessionId"]);
    assert!(face.submit(&session, &used, &shots).unwrap_err().contains("FACE_ALREADY_FINISHED"));
    assert!(face.challenge(&session).unwrap_err().contains("FACE_ALREADY_FINISHED"));

    let start = |number: &str| -> Value {
        json!({"document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": number, "name": "王建国"}, "request_id": Uuid::now_v7().to_string()})
    };
    let refused = world.as_caller(Part::Identity, "gateway");
    let refused =
        refused.call("shiming.identity.v1.CollectionService/StartCollection", &[start("640104197803151017")]);
    let refused = refused.unwrap_err();
    assert!(refused.contains("INVALID_FIELD") && refused.contains("ID_CHECKSUM"), "{refused}");
    assert!(!refused.contains("640104197803151017"), "{refused}");
}
