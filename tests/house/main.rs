//! The project's own rules: layering, generated files, packaging, and that every test file is compiled.

mod circles;
mod forgotten;
mod generated;
mod layering;
mod packaging;
mod policy_docs;
