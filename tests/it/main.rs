//! What is tested from outside: HTTP, the contract file, the shape of the repository.

mod contract;
mod http;
mod service;
mod views;
