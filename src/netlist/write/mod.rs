//! Circuits as the text of other tools.
