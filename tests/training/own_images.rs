//! A folder of one's own images and a network of one's own, as the manual shows them: its files, its commands.

mod programs;

use std::fs;
use std::path::Path;
use std::process::Command;

use axmul_experiment::{Results, StageName, read_json};

/// The chapters of the manual that it takes.
const CHAPTERS: [&str; 2] =
    [include_str!("../../docs/src/networks.md"), include_str!("../../docs/src/images.md")];

/// The part of the manual between its fences that begins with `first`.
fn block(fence: &str, first: &str) -> String {
    let start = format!("```{fence}\n{first}");
    let after = CHAPTERS.iter().find_map(|chapter| Some(chapter.split_once(&start)?.1));
    let after = after.unwrap_or_else(|| panic!("the manual has no {start}"));
    format!("{first}{}", after.split_once("```").unwrap().0)
}

/// Photographs of two things, one of them redder, in files of both kinds.
fn photos(root: &Path) {
    for (class, red) in [("apple", 190u8), ("leaf", 60)] {
        let folder = root.join("photos/train").join(class);
        fs::create_dir_all(&folder).unwrap();
        for image in 0..100u8 {
            let pixel = |at: u32| [red.wrapping_add((at * 7 % 31) as u8), (at % 200) as u8, image];
            let pixels: Vec<u8> = (0..40 * 36).flat_map(pixel).collect();
            if image % 2 == 0 {
                let file = fs::File::create(folder.join(format!("{image}.png"))).unwrap();
                let mut encoder = png::Encoder::new(file, 40, 36);
                encoder.set_color(png::ColorType::Rgb);
                encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
            } else {
                jpeg_encoder::Encoder::new_file(folder.join(format!("{image}.jpg")), 90)
                    .unwrap()
                    .encode(&pixels, 40, 36, jpeg_encoder::ColorType::Rgb)
                    .unwrap();
            }
        }
    }
}

#[test]
fn the_manual_runs_as_written() {
    let root = tempfile::tempdir().unwrap();
    photos(root.path());
    fs::write(root.path().join("mine.yaml"), block("yaml", "name: mine\n")).unwrap();
    fs::write(root.path().join("photos.yaml"), block("yaml", "name: photos\n")).unwrap();
    let path = format!("{}:{}", programs::directory().display(), std::env::var("PATH").unwrap());
    let mut said = vec![];
    for command in block("sh", "axmul data check photos").replace("\\\n", "").lines() {
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(root.path())
            .env("PATH", &path)
            .env("AXMUL_CACHE_DIR", root.path().join("cache"))
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {error}");
        said.push(String::from_utf8(output.stdout).unwrap());
    }
    assert_eq!(said.len(), 5);
    assert!(said[0].contains("2 classes, 36x40 pixels (rows x columns), RGB"), "{}", said[0]);
    let results: Results = read_json(&root.path().join("runs/photos/results.json")).unwrap();
    assert_eq!(results.stages.len(), StageName::ALL.len());
    // The one is redder than the other: nothing is easier to learn.
    let top1 = |stage| results.stages[&stage].test_top1;
    assert!(top1(StageName::Baseline) > 0.9, "{results:?}");
    assert!(results.assignment.is_some() && top1(StageName::Retrain) >= 0.5, "{results:?}");
    assert!(root.path().join("photos.safetensors").is_file());
    let again: Results = read_json(&root.path().join("runs/again/results.json")).unwrap();
    assert_eq!(again.stages[&StageName::Baseline].test_top1, top1(StageName::Baseline), "the same weights");
    assert!(said[4].starts_with("top-1 ") && said[4].contains(" on 40 images"), "{}", said[4]);
    assert!(root.path().join("cache").is_dir(), "decoded images are kept");
}
