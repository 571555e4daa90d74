//! What commands print, and how: the console, and where results go.

mod console;

pub(super) use console::Console;
