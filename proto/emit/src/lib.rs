//! What is made from the contract and checked in, so that a review sees every change of it: the pages' TypeScript and the OpenAPI document.
//!
//! A tool: `make contract` writes them, a test holds them current, and no program links this crate.

mod comments;
mod openapi;
mod typescript;
mod view;

use shiming_exposed::Contract;
use shiming_rpc::policy;

use openapi::openapi;
use typescript::typescript;
use view::View;

/// The OpenAPI document and the pages' TypeScript, each by its path in the gateway.
///
/// # Errors
///
/// Returns an error if the contract makes no sense to browsers; then no gateway starts either.
pub fn emitted() -> anyhow::Result<[(&'static str, String); 2]> {
    let (contract, pool) = (Contract::read()?, policy::pool()?);
    let document = serde_json::to_string_pretty(&openapi(&contract, &pool)?)? + "\n";
    let code = typescript(&View::of(&contract, &pool));
    Ok([("openapi.json", document), ("web/src/api/contract.ts", code)])
}
