//! What other services' outboxes say: shown exactly once.

use shiming_proto::messaging::v1::{GetCountsRequest, ListMessagesRequest, ListTodosRequest};
use shiming_testkit::TestDatabase;

use crate::stand::{Stand, as_person, event, message, person, reason, todo};

shiming_testkit::on_each_database!(
    an_event_that_comes_again_changes_nothing,
    two_deliveries_at_once_show_one_message,
    an_unknown_template_refuses_the_whole_batch,
    a_closed_task_is_done_for_everybody,
    a_task_that_arrives_after_its_closing_is_born_done,
    a_stranger_may_not_deliver,
    a_task_is_taken_from_one_person_and_given_back,
);

async fn counts(stand: &Stand, who: shiming_kernel::PersonId) -> (i32, i32) {
    let answer = stand.inbox().get_counts(as_person(GetCountsRequest {}, who)).await.unwrap();
    let counts = answer.into_inner().counts.unwrap();
    (counts.unread_messages, counts.open_todos)
}

async fn an_event_that_comes_again_changes_nothing(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    let happened = event(vec![message(who, "APPLICATION_APPROVED", "甲公司")], vec![todo(who, "t:1")], &[]);
    assert_eq!(stand.deliver(vec![happened.clone()]).await.unwrap(), 1);
    assert_eq!(stand.deliver(vec![happened]).await.unwrap(), 0);
    assert_eq!(counts(&stand, who).await, (1, 1));
    let list = stand.inbox().list_messages(as_person(ListMessagesRequest::default(), who)).await.unwrap();
    let list = list.into_inner();
    assert_eq!(list.messages[0].title, "办税身份申请已同意");
    assert!(list.messages[0].body.contains("甲公司"));
}

async fn two_deliveries_at_once_show_one_message(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    let happened = event(vec![message(who, "APPLICATION_APPROVED", "甲公司")], vec![], &[]);
    let (one, two) = tokio::join!(stand.deliver(vec![happened.clone()]), stand.deliver(vec![happened]));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(counts(&stand, who).await, (1, 0));
}

async fn an_unknown_template_refuses_the_whole_batch(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    let known = event(vec![message(who, "APPLICATION_APPROVED", "甲公司")], vec![], &[]);
    let unknown = event(vec![message(who, "NONSENSE", "甲公司")], vec![], &[]);
    let refused = stand.deliver(vec![known, unknown]).await.unwrap_err();
    assert_eq!(reason(&refused), "TEMPLATE_UNKNOWN");
    assert_eq!(counts(&stand, who).await, (0, 0));
}

async fn a_closed_task_is_done_for_everybody(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let (one, two) = (person(), person());
    stand
        .deliver(vec![event(vec![], vec![todo(one, "t:1"), todo(two, "t:1"), todo(two, "t:2")], &[])])
        .await
        .unwrap();
    stand.deliver(vec![event(vec![], vec![], &["t:1"])]).await.unwrap();
    assert_eq!(counts(&stand, one).await, (0, 0));
    assert_eq!(counts(&stand, two).await, (0, 1));
    let list =
        stand.inbox().list_todos(as_person(ListTodosRequest::default(), two)).await.unwrap().into_inner();
    assert_eq!(list.todos.iter().map(|todo| todo.done).collect::<Vec<_>>(), [false, true], "open ones first");
    assert!(list.todos[1].done_time.is_some());
    assert_eq!(list.todos[0].link, "/enterprise/review");
}

async fn a_task_that_arrives_after_its_closing_is_born_done(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    stand.deliver(vec![event(vec![], vec![], &["t:9"])]).await.unwrap();
    stand.deliver(vec![event(vec![], vec![todo(who, "t:9")], &[])]).await.unwrap();
    assert_eq!(counts(&stand, who).await, (0, 0));
}

async fn a_task_is_taken_from_one_person_and_given_back(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let (one, two) = (person(), person());
    stand.deliver(vec![event(vec![], vec![todo(one, "t:1"), todo(two, "t:1")], &[])]).await.unwrap();
    let mut taken = event(vec![], vec![], &["t:1"]);
    taken.closings[0].person_id = one.to_string();
    stand.deliver(vec![taken]).await.unwrap();
    assert_eq!((counts(&stand, one).await, counts(&stand, two).await), ((0, 0), (0, 1)));
    stand.deliver(vec![event(vec![], vec![todo(one, "t:1")], &[])]).await.unwrap();
    assert_eq!(counts(&stand, one).await, (0, 1), "theirs again");
    stand.deliver(vec![event(vec![], vec![], &["t:1"])]).await.unwrap();
    assert_eq!((counts(&stand, one).await, counts(&stand, two).await), ((0, 0), (0, 0)));
}

async fn a_stranger_may_not_deliver(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let request = shiming_proto::messaging::v1::DeliverEventsRequest { events: vec![] };
    let channel = stand.gateway_channel();
    let mut events = shiming_proto::messaging::v1::event_service_client::EventServiceClient::new(channel);
    assert_eq!(reason(&events.deliver_events(request).await.unwrap_err()), "CALLER_NOT_ALLOWED");
}
