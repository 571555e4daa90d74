//! Batches for training, made ahead of time on a thread of their own, so that no step waits for its images.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use tch::Tensor;

use crate::TrainError;
use crate::data::dataset::Images;
use axmul_data::augment::AugmentDraw;

/// Batches that lie ready at most.
const AHEAD: usize = 2;

/// The batches of an epoch, in order.
#[derive(Debug)]
pub struct Batches<'a> {
    images: &'a Images,
    /// Indices of images.
    order: &'a Tensor,
    batch: usize,
    done: usize,
    /// Images that changed at random, as bytes, where they are to.
    changed: Option<Receiver<Vec<u8>>>,
}

impl<'a> Batches<'a> {
    /// Begins to make batches of the images with these indices. The thread ends with the last batch, or when nobody wants
    /// more.
    pub fn start<'scope>(
        scope: &'scope Scope<'scope, 'a>,
        images: &'a Images,
        order: &'a Tensor,
        batch: usize,
        draw: AugmentDraw,
    ) -> Result<Self, TrainError> {
        let changed = match images.changes() {
            None => None,
            Some(changes) => {
                let order: Vec<usize> =
                    Vec::<i64>::try_from(order)?.into_iter().map(|index| index as usize).collect();
                let (ready, changed) = sync_channel(AHEAD);
                scope.spawn(move || {
                    order.chunks(batch).try_for_each(|indices| ready.send(changes.batch(indices, draw)))
                });
                Some(changed)
            }
        };
        Ok(Self { images, order, batch, done: 0, changed })
    }

    /// The next batch, normalized fp32, and its classes; the last one may be smaller. One after the last is an error.
    pub fn next(&mut self) -> Result<(Tensor, Tensor), TrainError> {
        let none_left = || TrainError::Data("there are no more images in this epoch".into());
        let start = self.done * self.batch;
        let left = (self.order.size()[0] as usize).checked_sub(start).filter(|&left| left > 0);
        let count = left.ok_or_else(none_left)?.min(self.batch);
        let indices = self.order.narrow(0, start as i64, count as i64);
        self.done += 1;
        match &self.changed {
            None => Ok(self.images.batch(&indices)),
            Some(changed) => {
                let pixels = changed.recv().map_err(|_| none_left())?;
                self.images.changed_batch(&pixels, &indices)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::dataset::tests::augmented;

    #[test]
    fn batches_are_those_of_their_draw_in_order() {
        let (_root, images) = augmented();
        let order = Tensor::from_slice(&[6i64, 0, 3, 1, 2]);
        let draw = AugmentDraw { seed: 5, epoch: 1 };
        std::thread::scope(|scope| {
            let mut batches = Batches::start(scope, &images, &order, 2, draw).unwrap();
            for (start, count) in [(0, 2), (2, 2), (4, 1)] {
                let expected = images.training_batch(&order.narrow(0, start, count), draw).unwrap();
                assert_eq!(batches.next().unwrap(), expected);
            }
            assert!(batches.next().unwrap_err().to_string().contains("no more images"));
        });
        // Whoever stops early does not wait for the rest.
        std::thread::scope(|scope| {
            let mut batches = Batches::start(scope, &images, &order, 1, draw).unwrap();
            let _first = batches.next().unwrap();
        });
    }
}
