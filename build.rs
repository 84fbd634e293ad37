//! Packs the CSV files of `terminology/` into one compressed archive for `include_bytes!`.

use flate2::{Compression, write::DeflateEncoder};
use std::{
    env,
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to a build script by its environment"
)]
fn main() -> Result<(), Box<dyn Error>> {
    // A new case must not cost a compilation while tests are written; the demo's copy matters in a release.
    let fixtures = (env::var("PROFILE")? == "release").then_some("fhir-fixtures");
    for folder in ["terminology", "cards"].into_iter().chain(fixtures) {
        // Cargo takes a missing path for a changed one and would build again each time.
        if Path::new(folder).exists() {
            println!("cargo:rerun-if-changed={folder}");
        }
    }
    println!("cargo:rerun-if-changed=build.rs");

    let root = Path::new("terminology");
    let mut files = csv_files(root)?;
    files.extend(csv_files(&root.join("value-sets"))?);
    files.sort();

    let mut archive = Vec::new();
    for path in files {
        let name = path
            .strip_prefix(root)?
            .to_str()
            .ok_or("a file name that is not UTF-8")?;
        let text = fs::read(&path)?;
        for part in [name.as_bytes(), &text] {
            archive.extend(u32::try_from(part.len())?.to_le_bytes());
            archive.extend(part);
        }
    }

    let mut out =
        fs::File::create(PathBuf::from(env::var("OUT_DIR")?).join("terminology.deflate"))?;
    out.write_all(&u32::try_from(archive.len())?.to_le_bytes())?;
    let mut encoder = DeflateEncoder::new(out, Compression::best());
    encoder.write_all(&archive)?;
    encoder.finish()?;
    Ok(())
}

fn csv_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "csv") {
            files.push(path);
        }
    }
    Ok(files)
}
