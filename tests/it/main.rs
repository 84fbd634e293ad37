//! What is tested from outside: HTTP, the contract file, the shape of the repository.

mod http;
mod service;
