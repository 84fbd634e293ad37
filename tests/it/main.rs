//! HTTP, contract and tidy tests.
