//! placeholder map
pub mod dose;
pub mod terminology;
