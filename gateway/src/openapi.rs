//! The documentation of the API, made from the routes: `/api/openapi.json`.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::HeaderMap;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::SharedEdge;
use crate::fixed::Fixed;
use crate::problem::ProblemDetails;
use crate::routes;

/// Serves the document.
pub(crate) fn route() -> Router<SharedEdge> {
    let fixed = Fixed::json("api/openapi.json", "public, max-age=300", &document());
    let answer = async move |State(edge): State<SharedEdge>, asked: HeaderMap| {
        edge.compressed.send(fixed.clone(), &asked).await
    };
    Router::new().route("/api/openapi.json", get(answer))
}

/// Every route, the demo's included.
pub(crate) fn document() -> OpenApi {
    let mut document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Shiming gateway")
                .version("1")
                .description(Some(
                    "What the pages call. Times are RFC 3339, dates YYYY-MM-DD. Every POST carries X-CSRF-Token (the value of the cookie \
                     shiming_csrf, which GET /api/bootstrap sets) and Idempotency-Key (a UUID). Errors are \
                     application/problem+json.",
                ))
                .build(),
        )
        .build();
    for router in [routes::quick(true), routes::uploads(true), routes::live()] {
        document.merge(router.split_for_parts().1);
    }
    let mut schemas = Vec::new();
    ProblemDetails::schemas(&mut schemas);
    schemas.push((ProblemDetails::name().into_owned(), ProblemDetails::schema()));
    document.components.get_or_insert_default().schemas.extend(schemas);
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            add_problem(operation);
        }
        if let Some(post) = &mut item.post {
            add_mutation_parameters(post);
        }
    }
    document
}

/// Any call may end in a problem.
fn add_problem(operation: &mut Operation) {
    let schema = Ref::from_schema_name(ProblemDetails::name());
    let problem = ResponseBuilder::new()
        .description("An error; `reason` tells which.")
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build());
    operation.responses.responses.insert("default".to_owned(), problem.build().into());
}

fn add_mutation_parameters(operation: &mut Operation) {
    let header =
        |name: &str, words: &str| parameter(name, ParameterIn::Header, Required::True, Type::String, words);
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(header("X-CSRF-Token", "The value of the cookie shiming_csrf."));
    parameters.push(header("Idempotency-Key", "A UUID that names the intent; a repeat does it once."));
    parameters.push(parameter(
        "validateOnly",
        ParameterIn::Query,
        Required::False,
        Type::Boolean,
        "Check everything, change nothing.",
    ));
}

fn parameter(
    name: &str,
    place: ParameterIn,
    required: Required,
    kind: Type,
    words: &str,
) -> RefOr<Parameter> {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(words))
        .schema(Some(Schema::Object(ObjectBuilder::new().schema_type(kind).build())))
        .build()
        .into()
}
