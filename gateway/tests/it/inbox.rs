use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::messaging::v1::{
    Counts, GetCountsRequest, GetCountsResponse, ListMessagesRequest, ListMessagesResponse, ListTodosRequest,
    ListTodosResponse, Message, ReadMessageRequest, ReadMessageResponse, Todo,
};

use crate::world::{World, refusal, time};

fn message() -> Message {
    Message {
        message_id: "m-1".into(),
        title: "申请已通过".into(),
        body: "您的办税身份申请已通过。".into(),
        read: true,
        create_time: time(0),
        link: "/enterprise/manage".into(),
    }
}

#[tokio::test]
async fn messages_are_listed_and_opened() {
    let world = World::start().await;
    let page = ListMessagesResponse { messages: vec![message()], next_page_token: "n".into() };
    world.script.answer::<ListMessagesRequest, _>(page);
    world.script.answer::<ReadMessageRequest, _>(ReadMessageResponse { message: Some(message()) });
    let mut browser = world.signed_in().await;
    let shown = json!({
        "messageId": "m-1", "title": "申请已通过", "body": "您的办税身份申请已通过。", "read": true,
        "createTime": "2026-11-01T08:00:00Z", "link": "/enterprise/manage"
    });
    let answer = browser.get("/api/messages?pageSize=5").await.ok();
    assert_eq!(answer, json!({"messages": [shown], "nextPageToken": "n"}));
    assert_eq!(world.script.only::<ListMessagesRequest>().1.page_size, 5);
    let answer = browser.post("/api/messages/m-1/read", json!({})).await.ok();
    assert_eq!(answer, json!({"message": shown}));
    assert_eq!(world.script.only::<ReadMessageRequest>().1.message_id, "m-1");

    let foreign = refusal(ErrorKind::NotFound, "MESSAGE_NOT_FOUND");
    world.script.refuse::<ReadMessageRequest, ReadMessageResponse>(foreign);
    let answer = browser.post("/api/messages/m-2/read", json!({})).await;
    assert_eq!(answer.refusal(), (404, "MESSAGE_NOT_FOUND".into()));
}

#[tokio::test]
async fn todos_are_listed() {
    let world = World::start().await;
    let open = Todo {
        todo_id: "t-1".into(),
        title: "办税身份审批".into(),
        detail: "李四申请成为办税员".into(),
        done: false,
        create_time: time(0),
        done_time: None,
        link: "/enterprise/review".into(),
    };
    let done = Todo { done: true, done_time: time(60), ..open.clone() };
    let page = ListTodosResponse { todos: vec![open, done], next_page_token: String::new() };
    world.script.answer::<ListTodosRequest, _>(page);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/todos").await.ok();
    assert_eq!(answer["todos"][0].get("doneTime"), None);
    assert_eq!(
        answer["todos"][1],
        json!({
            "todoId": "t-1", "title": "办税身份审批", "detail": "李四申请成为办税员", "done": true,
            "createTime": "2026-11-01T08:00:00Z", "doneTime": "2026-11-01T08:01:00Z", "link": "/enterprise/review"
        })
    );
}

#[tokio::test]
async fn counts_are_given() {
    let world = World::start().await;
    let counts = GetCountsResponse { counts: Some(Counts { unread_messages: 2, open_todos: 1 }) };
    world.script.answer::<GetCountsRequest, _>(counts);
    let mut browser = world.signed_in().await;
    assert_eq!(browser.get("/api/counts").await.ok(), json!({"unreadMessages": 2, "openTodos": 1}));
}
