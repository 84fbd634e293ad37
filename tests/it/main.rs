//! What is tested from outside: HTTP, the contract file, the shape of the repository, pages made from code.

#![expect(clippy::panic, reason = "in a test, a panic is the failure")]

mod answers;
mod audit;
mod auth;
mod browser;
mod command_line;
mod conformance;
mod contract;
mod discovery;
mod docs;
mod equality;
mod faults;
mod faulty;
mod feedback;
mod gathering;
mod hostile;
mod http;
mod limits;
mod loose;
mod prefetch;
mod preview;
mod privacy;
mod quiet;
mod requests;
mod running;
mod safety;
mod service;
mod tidy;
mod tls;
mod trap;
mod views;
mod words;
