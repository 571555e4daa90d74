//! A run: where its files lie, what it reports while it goes, and what came out.

mod confusion;
mod directory;
mod events;
mod front;
mod progress;
mod results;
mod tensorboard;

pub use confusion::Confusion;
pub use directory::{RunDirectory, RunDirectoryError};
pub use events::{Event, EventLog};
pub use front::{FrontPoint, SearchFront};
pub use progress::Course;
pub use results::{
    AssignmentResult, Candidate, Results, SeedResults, Spread, StageResult, StageResults, Summary,
    UniformResult,
};
pub use tensorboard::Board;
