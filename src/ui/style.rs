//! Colours and marks, where the terminal supports them.

use std::borrow::Cow;

/// How to print: decided once, from the terminal and the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours and other attributes are printed.
    pub color: bool,
    /// The width of the terminal in columns; `None` in a pipe, where nothing is cut off.
    pub width: Option<usize>,
    /// Marks beyond ASCII can be shown.
    pub unicode: bool,
}

/// Attributes of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// As it is.
    Plain,
    /// Headings.
    Bold,
    /// What matters less.
    Dim,
    /// Ids.
    Yellow,
    /// Good news.
    Green,
    /// Bad news.
    Red,
    /// Doubt.
    Magenta,
    /// Names of places and kinds.
    Cyan,
    /// People.
    Blue,
}

impl Style {
    /// Wraps text in the codes of an attribute, where colours are on.
    pub fn paint<'a>(&self, paint: Paint, text: &'a str) -> Cow<'a, str> {
        let code = match paint {
            Paint::Plain => return Cow::Borrowed(text),
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Yellow => "33",
            Paint::Green => "32",
            Paint::Red => "1;31",
            Paint::Magenta => "35",
            Paint::Cyan => "36",
            Paint::Blue => "34",
        };
        if self.color && !text.is_empty() {
            Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
        } else {
            Cow::Borrowed(text)
        }
    }
}
