//! Reading git: the same commits, references, text and dates as the `git` program, on whole, damaged and hostile repositories.

#[path = "../common/mod.rs"]
mod common;

mod damage_and_trust;
mod forged_objects;
mod hostile_repositories;
mod hostile_text;
mod opening;
mod ranges;
mod ranges_random;
mod references;
mod text_against_git;
mod undated_signatures;
