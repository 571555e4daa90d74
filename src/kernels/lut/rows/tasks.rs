//! Division of a convolution into tasks: by images and, if these are few, by outputs.

use std::ops::Range;

use super::PIXELS;
use super::micro_kernel::PixelSums;
use crate::ConvShape;

/// Filling the rows of a step costs as much as looking up this many pixels.
const ROWS_COST: usize = 400;

/// A convolution divided into tasks.
pub(crate) struct TaskSplit {
    /// Pixels of an image.
    pub pixels: usize,
    /// Images of a task; the last task may have fewer.
    pub images: usize,
    /// Outputs that share rows, all of one group.
    blocks: Vec<Range<usize>>,
    /// Blocks of a task; the last task may have fewer.
    blocks_per_task: usize,
    outputs: usize,
}

/// Some outputs of some images.
pub(crate) struct RowTask<'a> {
    pub first_image: usize,
    pub blocks: &'a [Range<usize>],
    /// `[output, pixel]` of each image.
    pub out: Vec<&'a mut [i32]>,
}

impl TaskSplit {
    /// The fewest tasks that keep the threads equally busy, since each fills its own rows, of `L` outputs.
    pub fn new<const L: usize>(shape: &ConvShape, threads: usize) -> Self {
        let [height, width] = shape.output();
        let pixels = height * width;
        let group = shape.channels_out / shape.groups;
        let blocks = (0..shape.channels_out).step_by(group.max(1)).flat_map(|first| {
            let last = first + group;
            (first..last).step_by(L).map(move |first| first..last.min(first + L))
        });
        let blocks: Vec<Range<usize>> = blocks.collect();
        let enough = shape.batch.div_ceil((PIXELS / pixels).max(1));
        let of_outputs = if enough > 1 { 1 } else { blocks.len().min(threads) };
        let of_images = (enough * of_outputs).next_multiple_of(threads) / of_outputs;
        Self {
            pixels,
            images: shape.batch.div_ceil(of_images),
            blocks_per_task: blocks.len().div_ceil(of_outputs),
            blocks,
            outputs: shape.channels_out,
        }
    }

    /// Whether rows serve enough pixels, and have enough outputs, to beat a fallback that costs `cost` times as much.
    pub fn pays_off<const L: usize>(&self, cost: usize) -> bool {
        let pixels = PIXELS.min(self.images * self.pixels);
        self.blocks.len() * L * (pixels + ROWS_COST) < cost * self.outputs * pixels
    }

    /// The tasks, each with its part of the output `[image, output, pixel]`.
    pub fn tasks<'a>(&'a self, shape: &ConvShape, out: &'a mut [i32]) -> Vec<RowTask<'a>> {
        let image = shape.channels_out * self.pixels;
        let mut tasks = Vec::new();
        for (at, images) in out.chunks_mut(self.images * image).enumerate() {
            let first = tasks.len();
            let blocks = self.blocks.chunks(self.blocks_per_task);
            tasks.extend(blocks.map(|blocks| RowTask {
                first_image: at * self.images,
                blocks,
                out: Vec::new(),
            }));
            for mut rest in images.chunks_mut(image) {
                for task in &mut tasks[first..] {
                    let outputs = task.blocks.iter().map(Range::len).sum::<usize>();
                    task.out
                        .push(rest.split_off_mut(..outputs * self.pixels).expect("all outputs of an image"));
                }
            }
        }
        tasks
    }
}

impl RowTask<'_> {
    /// Writes `result` of the sums of the pixels from `first` on, counted over all images, to their images and outputs.
    pub fn scatter<const L: usize>(
        &mut self,
        sums: &[PixelSums<L>],
        first: usize,
        outputs: &Range<usize>,
        pixels: usize,
        result: impl Fn(i32) -> i32,
    ) {
        let skipped = outputs.start - self.blocks[0].start;
        if pixels == 1 {
            for (out, sums) in self.out[first..].iter_mut().zip(sums) {
                let out = &mut out[skipped..][..outputs.len()];
                out.iter_mut().zip(sums.0).for_each(|(out, sum)| *out = result(sum));
            }
            return;
        }
        let mut at = 0;
        while at < sums.len() {
            let (image, pixel) = ((first + at) / pixels, (first + at) % pixels);
            let count = (pixels - pixel).min(sums.len() - at);
            let out = &mut self.out[image][skipped * pixels..];
            // A few cache lines of sums at a time.
            for (eight, sums) in sums[at..at + count].chunks(8).enumerate() {
                for lane in 0..outputs.len() {
                    let out = &mut out[lane * pixels + pixel + 8 * eight..][..sums.len()];
                    for (out, sums) in out.iter_mut().zip(sums) {
                        *out = result(sums.0[lane]);
                    }
                }
            }
            at += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "safe code, slow under Miri")]
    fn tasks_match_the_threads_and_cover_everything() {
        let split = |batch, outputs, size, threads| {
            let shape = ConvShape::new(batch, [3, size, size], outputs, [1, 1]);
            let split = TaskSplit::new::<16>(&shape, threads);
            let mut out = vec![0; shape.outputs()];
            let mut tasks = split.tasks(&shape, &mut out);
            tasks
                .iter_mut()
                .flat_map(|task| &mut task.out)
                .for_each(|out| out.iter_mut().for_each(|n| *n += 1));
            let count = tasks.len();
            assert!(out.iter().all(|&n| n == 1));
            (count, split.images)
        };
        // Few pixels: outputs are divided, if there are enough.
        assert_eq!(split(64, 64, 8, 2), (2, 64));
        assert_eq!(split(64, 64, 8, 3), (2, 64));
        assert_eq!(split(64, 16, 8, 2), (2, 32));
        assert_eq!(split(1, 8, 8, 2), (1, 1));
        // Many pixels: images are divided.
        assert_eq!(split(100, 16, 10, 2), (4, 25));
        assert_eq!(split(4, 16, 200, 2), (4, 1));
    }
}
