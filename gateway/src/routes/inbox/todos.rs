//! `GET /api/todos`: the person's to-dos.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::messaging::v1::{ListTodosRequest, Todo as WireTodo};
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::{PageQuery, Query};
use crate::session::SignedIn;
use crate::wire::{maybe_time, time};

/// One task.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Todo {
    /// Opaque.
    todo_id: String,
    title: String,
    /// Plain text.
    detail: String,
    /// By whomever.
    done: bool,
    create_time: DateTime<Utc>,
    /// Absent while open.
    #[serde(skip_serializing_if = "Option::is_none")]
    done_time: Option<DateTime<Utc>>,
    /// A path of the pages.
    link: String,
}

impl Todo {
    fn from_wire(todo: WireTodo) -> Result<Self, GatewayError> {
        Ok(Self {
            todo_id: todo.todo_id,
            title: todo.title,
            detail: todo.detail,
            done: todo.done,
            create_time: time("create_time", todo.create_time)?,
            done_time: maybe_time("done_time", todo.done_time)?,
            link: todo.link,
        })
    }
}

/// A page of to-dos.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TodosPage {
    todos: Vec<Todo>,
    /// Empty on the last page.
    next_page_token: String,
}

/// Lists to-dos: open first, each part newest first.
#[utoipa::path(
    get,
    path = "/api/todos",
    tag = "inbox",
    params(PageQuery),
    responses((status = 200, body = TodosPage))
)]
pub(crate) async fn list(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Query(query): Query<PageQuery>,
) -> Result<Json<TodosPage>, GatewayError> {
    let ask = ListTodosRequest { page_size: query.page_size, page_token: query.page_token };
    let page = edge.clients.inbox().list_todos(signed_in.request(ask)).await?.into_inner();
    Ok(Json(TodosPage {
        todos: page.todos.into_iter().map(Todo::from_wire).collect::<Result<_, _>>()?,
        next_page_token: page.next_page_token,
    }))
}
