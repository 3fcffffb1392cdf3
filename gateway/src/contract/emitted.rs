//! What is made from the contract and checked in, so that a review sees every change of it.

use shiming_rpc::policy;

use super::Contract;
use super::openapi::openapi;
use super::typescript::typescript;
use super::view::View;

/// The OpenAPI document and the pages' TypeScript, each by its path in this crate. `make contract` writes them, a test holds them current.
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
