//! What is tested from outside: HTTP, the contract file, the shape of the repository, pages made from code.

#![expect(clippy::panic, reason = "in a test, a panic is the failure")]

mod auth;
mod browser;
mod command_line;
mod contract;
mod docs;
mod faults;
mod faulty;
mod gathering;
mod http;
mod limits;
mod preview;
mod privacy;
mod service;
mod tidy;
mod trap;
mod views;
