//! What is tested from outside: HTTP, the contract file, the shape of the repository, pages made from code.

mod contract;
mod docs;
mod http;
mod service;
mod tidy;
mod views;
