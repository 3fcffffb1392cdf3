//! The demo's sample person: a living man before a camera, for visitors who have none. Read once, at the start, from the folder that
//! `make people` fills (`audun/<clip>/000.jpg` …, 25 frames a second); no request names a file.

use std::fs;
use std::path::Path;

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::http::fixed::Fixed;

/// Clips by what they show, as the challenge names it (`LOOK`: looking ahead), and their folders.
const CLIPS: [(&str, &str); 6] = [
    ("LOOK", "neutral"),
    ("BLINK", "blink"),
    ("OPEN_MOUTH", "open-mouth"),
    ("TURN_LEFT", "turn-left"),
    ("TURN_RIGHT", "turn-right"),
    ("NOD", "nod"),
];
const PERSON: &str = "audun";
/// The same man on another day, as an authority would have him.
const PORTRAIT: &str = "audun-again/neutral/012.jpg";
/// Four seconds; a folder with more is not read further.
const MOST_FRAMES: usize = 100;
const KEPT: &str = "private, max-age=3600";
/// Long enough to stand in no frame by chance.
const BOUNDARY: &str = "shiming-frame-5b1d0c7e42a94f6f";

/// One person, whose clips and portrait are there as a whole.
#[derive(Clone)]
pub(crate) struct SamplePerson {
    portrait: Fixed,
    clips: Vec<(&'static str, &'static str, Fixed)>,
}

impl SamplePerson {
    /// Reads the person; none unless everything is there.
    pub(crate) fn read(people: &Path) -> Option<Self> {
        let clips = CLIPS.iter().map(|(action, name)| {
            let frames = frames(&people.join(PERSON).join(name))?;
            let body = parts(&frames);
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            Some((*action, *name, Fixed::bytes(&format!("api/demo/clips/{name}"), kind, KEPT, body)))
        });
        let portrait = fs::read(people.join(PORTRAIT)).ok()?.into();
        Some(Self {
            portrait: Fixed::bytes("api/demo/sample-photo", "image/jpeg".to_owned(), KEPT, portrait),
            clips: clips.collect::<Option<_>>()?,
        })
    }

    /// The photo an authority would have.
    pub(crate) fn portrait(&self) -> Fixed {
        self.portrait.clone()
    }

    /// The clip of this name.
    pub(crate) fn clip(&self, name: &str) -> Option<Fixed> {
        self.clips.iter().find(|(_, known, _)| *known == name).map(|(_, _, clip)| clip.clone())
    }

    /// What each clip shows, and its address.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (String, String)> {
        self.clips.iter().map(|(action, name, _)| ((*action).to_owned(), format!("/api/demo/clips/{name}")))
    }
}

/// The frames of one clip, in their order; none when there are none.
fn frames(folder: &Path) -> Option<Vec<Vec<u8>>> {
    let frame = |at| fs::read(folder.join(format!("{at:03}.jpg"))).ok();
    let frames: Vec<_> = (0..MOST_FRAMES).map_while(frame).collect();
    (!frames.is_empty()).then_some(frames)
}

/// As a form whose every part is a `frame`: browsers take it apart by themselves (`Response.formData`).
fn parts(frames: &[Vec<u8>]) -> Bytes {
    let mut body = BytesMut::new();
    for frame in frames {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"frame\"; filename=\"frame.jpg\"\r\n\
             content-type: image/jpeg\r\n\r\n"
        );
        body.put_slice(head.as_bytes());
        body.put_slice(frame);
        body.put_slice(b"\r\n");
    }
    body.put_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body.freeze()
}
