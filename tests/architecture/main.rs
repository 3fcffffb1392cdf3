//! The house rules that a compiler does not hold: which crate may depend on which, which layer of a service may name
//! what, how long a file may be, which words and paths never stand in the repository, which licences may come in.
//!
//! Every rule is a function from text to [`breach::Breach`]es, tested below itself on text that breaks it; the
//! tests in this file apply them to the repository as it is.

mod breach;
mod consents;
mod crates;
mod layers;
mod repository;
mod shapes;
mod sizes;
mod supply;
mod tokens;
mod words;

use anyhow::Result;
use repository::Repository;

#[test]
fn crates_depend_only_on_what_the_house_allows() -> Result<()> {
    breach::refuse(crates::check(&repository::metadata()?))
}

#[test]
fn layers_of_a_service_name_only_what_they_may() -> Result<()> {
    let repository = Repository::read()?;
    let mut breaches = Vec::new();
    for file in repository.with_extension("rs") {
        breaches.extend(layers::check(&file.path, &file.text)?);
    }
    breach::refuse(breaches)
}

#[test]
fn services_have_one_shape() -> Result<()> {
    let repository = Repository::read()?;
    let files = repository.with_extension("rs");
    breach::refuse(files.filter_map(|file| shapes::check(&file.path, &file.text)).collect())
}

#[test]
fn files_stay_readable() -> Result<()> {
    let repository = Repository::read()?;
    let mut breaches = Vec::new();
    for file in repository.files.iter().filter(|file| sizes::applies(&file.path)) {
        match sizes::measure(&file.path, &file.text) {
            sizes::Size::Fine => {}
            sizes::Size::Long(lines) => eprintln!("long (aim at {}): {} {lines}", sizes::AIM, file.path),
            sizes::Size::TooLong(breach) => breaches.push(breach),
        }
        breaches.extend(sizes::check_name(&file.path));
    }
    breach::refuse(breaches)
}

#[test]
fn nothing_unfinished_and_no_machine_stands_in_the_repository() -> Result<()> {
    let repository = Repository::read()?;
    let mut breaches = Vec::new();
    for file in &repository.files {
        breaches.extend(words::check(&file.path, &file.text)?);
    }
    breach::refuse(breaches)
}

#[test]
fn dependencies_come_from_known_places_under_known_licences() -> Result<()> {
    let repository = Repository::read()?;
    let policy = supply::Policy::parse(repository.text("deny.toml")?)?;
    let mut breaches = supply::check_crates(&repository::metadata()?, &policy)?;
    for file in &repository.files {
        breaches.extend(supply::check_lock(&file.path, &file.text));
    }
    breach::refuse(breaches)
}

#[test]
fn the_consent_in_force_is_accepted_where_faces_are_checked() -> Result<()> {
    let repository = Repository::read()?;
    let texts = repository.text("services/identity/src/domain/consent.rs")?;
    breach::refuse(consents::check(texts, repository.text("services/face-auth/config/default.toml")?)?)
}
