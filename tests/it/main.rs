//! What is tested from outside: HTTP, the contract file, the shape of the repository, pages made from code.

#![expect(clippy::panic, reason = "in a test, a panic is the failure")]

mod answers;
mod auth;
mod command_line;
mod conformance;
mod contract;
mod discovery;
mod docs;
mod equality;
mod feedback;
mod faults;
mod faulty;
mod gathering;
mod http;
mod limits;
mod loose;
mod prefetch;
mod privacy;
mod requests;
mod service;
mod tidy;
mod trap;
mod views;
mod words;
