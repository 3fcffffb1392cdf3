//! What people see of their messages and to-dos.

use std::time::Duration;

use shiming_kernel::PersonId;
use shiming_proto::messaging::v1::{
    ListMessagesRequest, ListMessagesResponse, ReadMessageRequest, ReadMessageResponse, WatchCountsRequest,
};
use shiming_testkit::TestDatabase;
use tonic::Status;
use uuid::Uuid;

use crate::stand::{Stand, as_person, event, message, person, reason};

shiming_testkit::on_each_database!(
    reading_marks_read_and_moves_below_the_unread,
    one_request_reads_one_message,
    another_persons_message_does_not_exist,
    pages_survive_new_messages,
    a_page_token_serves_only_its_owner,
    watchers_hear_of_changes,
    nothing_without_a_session,
    watching_ends_with_the_session,
);

async fn page(
    stand: &Stand,
    who: PersonId,
    page_size: i32,
    page_token: &str,
) -> Result<ListMessagesResponse, Status> {
    let request = ListMessagesRequest { page_size, page_token: page_token.into() };
    Ok(stand.inbox().list_messages(as_person(request, who)).await?.into_inner())
}

async fn read(stand: &Stand, who: PersonId, message_id: &str) -> Result<ReadMessageResponse, Status> {
    let request = ReadMessageRequest {
        message_id: message_id.into(),
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
    };
    Ok(stand.inbox().read_message(as_person(request, who)).await?.into_inner())
}

async fn fill(stand: &Stand, who: PersonId, names: &[&str]) {
    for name in names {
        stand
            .deliver(vec![event(vec![message(who, "APPLICATION_APPROVED", name)], vec![], &[])])
            .await
            .unwrap();
    }
}

fn about(list: &ListMessagesResponse) -> Vec<String> {
    list.messages.iter().map(|message| message.body.chars().skip(3).take(1).collect()).collect()
}

async fn reading_marks_read_and_moves_below_the_unread(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    fill(&stand, who, &["甲", "乙", "丙"]).await;
    let list = page(&stand, who, 0, "").await.unwrap();
    assert_eq!(about(&list), ["丙", "乙", "甲"]);
    let newest = list.messages[0].message_id.clone();
    assert!(read(&stand, who, &newest).await.unwrap().message.unwrap().read);
    assert!(read(&stand, who, &newest).await.unwrap().message.unwrap().read, "again is fine");
    assert_eq!(about(&page(&stand, who, 0, "").await.unwrap()), ["乙", "甲", "丙"]);
}

async fn one_request_reads_one_message(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    fill(&stand, who, &["甲", "乙"]).await;
    let ids: Vec<_> =
        page(&stand, who, 0, "").await.unwrap().messages.into_iter().map(|one| one.message_id).collect();
    let request_id = Uuid::now_v7().to_string();
    let ask = async |message_id: &String| {
        let request = ReadMessageRequest {
            message_id: message_id.clone(),
            request_id: request_id.clone(),
            validate_only: false,
        };
        stand.inbox().read_message(as_person(request, who)).await
    };
    for _ in 0..2 {
        assert!(ask(&ids[0]).await.unwrap().into_inner().message.unwrap().read, "a repeat gets the answer");
    }
    assert_eq!(reason(&ask(&ids[1]).await.unwrap_err()), "REQUEST_ID_REUSED");
    let unread = page(&stand, who, 0, "").await.unwrap();
    assert!(unread.messages.iter().any(|one| one.message_id == ids[1] && !one.read));
}

async fn another_persons_message_does_not_exist(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let (who, other) = (person(), person());
    fill(&stand, who, &["甲"]).await;
    let message_id = page(&stand, who, 0, "").await.unwrap().messages[0].message_id.clone();
    assert_eq!(reason(&read(&stand, other, &message_id).await.unwrap_err()), "MESSAGE_NOT_FOUND");
    assert_eq!(
        reason(&read(&stand, other, &Uuid::now_v7().to_string()).await.unwrap_err()),
        "MESSAGE_NOT_FOUND"
    );
    assert_eq!(reason(&read(&stand, other, "1").await.unwrap_err()), "INVALID_FIELD");
    assert!(page(&stand, other, 0, "").await.unwrap().messages.is_empty());
}

async fn pages_survive_new_messages(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    fill(&stand, who, &["甲", "乙", "丙", "丁", "戊"]).await;
    let oldest = page(&stand, who, 0, "").await.unwrap().messages[4].message_id.clone();
    read(&stand, who, &oldest).await.unwrap();
    let first = page(&stand, who, 2, "").await.unwrap();
    fill(&stand, who, &["新"]).await;
    let second = page(&stand, who, 2, &first.next_page_token).await.unwrap();
    let third = page(&stand, who, 2, &second.next_page_token).await.unwrap();
    assert_eq!([about(&first), about(&second), about(&third)].concat(), ["戊", "丁", "丙", "乙", "甲"]);
    assert_eq!(third.next_page_token, "");
}

async fn a_page_token_serves_only_its_owner(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    fill(&stand, who, &["甲", "乙"]).await;
    let token = page(&stand, who, 1, "").await.unwrap().next_page_token;
    assert_eq!(reason(&page(&stand, person(), 1, &token).await.unwrap_err()), "PAGE_TOKEN_INVALID");
    assert_eq!(reason(&page(&stand, who, 1, "x").await.unwrap_err()), "PAGE_TOKEN_INVALID");
    assert_eq!(reason(&page(&stand, who, -1, "").await.unwrap_err()), "INVALID_FIELD");
}

async fn watchers_hear_of_changes(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    let mut watch =
        stand.inbox().watch_counts(as_person(WatchCountsRequest {}, who)).await.unwrap().into_inner();
    let mut next = async || {
        let heard = tokio::time::timeout(Duration::from_secs(10), watch.message()).await.unwrap();
        heard.unwrap().unwrap().counts.unwrap().unread_messages
    };
    assert_eq!(next().await, 0);
    fill(&stand, who, &["甲"]).await;
    assert_eq!(next().await, 1);
    fill(&stand, person(), &["别人"]).await;
    let message_id = page(&stand, who, 0, "").await.unwrap().messages[0].message_id.clone();
    read(&stand, who, &message_id).await.unwrap();
    assert_eq!(next().await, 0);
}

async fn watching_ends_with_the_session(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let who = person();
    let watch = async || {
        let mut watch =
            stand.inbox().watch_counts(as_person(WatchCountsRequest {}, who)).await.unwrap().into_inner();
        watch.message().await.unwrap().unwrap();
        watch
    };
    let (mut told, mut silent) = (watch().await, watch().await);
    stand.log_out(who);
    fill(&stand, who, &["甲"]).await;
    assert_eq!(reason(&told.message().await.unwrap_err()), "SESSION_INVALID", "no count after a logout");
    let ended = tokio::time::timeout(Duration::from_mins(1), silent.message()).await.unwrap();
    assert_eq!(reason(&ended.unwrap_err()), "SESSION_INVALID");
}

async fn nothing_without_a_session(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let refused = stand.inbox().list_messages(ListMessagesRequest::default()).await.unwrap_err();
    assert_eq!(reason(&refused), "SESSION_REQUIRED");
}
