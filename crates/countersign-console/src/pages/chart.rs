//! Bars, drawn by the server.

/// A chart of one endpoint: a bar for each interval. The part that is dead is drawn over the bottom
/// of the bar.
pub(crate) struct Chart {
    pub(crate) bars: Vec<Bar>,
    pub(crate) width: usize,
    /// The text for people who do not see the chart.
    pub(crate) label: String,
}

/// A bar, in units of the picture.
pub(crate) struct Bar {
    pub(crate) x: usize,
    pub(crate) y: u64,
    pub(crate) height: u64,
    /// The height of the part that is bad.
    pub(crate) bad: u64,
    pub(crate) title: String,
}

impl Chart {
    /// Draws the numbers of all and of the bad ones, the oldest first.
    pub(crate) fn of(
        numbers: &[(u64, u64)],
        label: String,
        title: impl Fn(usize) -> String,
    ) -> Self {
        let most = numbers.iter().map(|(all, _)| *all).max().unwrap_or_default().max(1);
        // A number that is not zero is seen.
        let scaled = |number: u64| {
            let height = number.saturating_mul(HEIGHT) / most;
            if number > 0 { height.max(1) } else { 0 }
        };
        let bars = numbers.iter().enumerate().map(|(place, (all, bad))| {
            // Two units are seen beside the rest of the bar.
            let bad = if *bad > 0 { scaled(*bad).max(2) } else { 0 };
            let height = scaled(*all).max(bad);
            Bar { x: place * STEP, y: HEIGHT - height, height, bad, title: title(place) }
        });
        Self { bars: bars.collect(), width: numbers.len() * STEP, label }
    }

    /// Returns whether a bar has a height.
    pub(crate) fn has_numbers(&self) -> bool {
        self.bars.iter().any(|bar| bar.height > 0)
    }

    pub(crate) fn height(&self) -> u64 {
        HEIGHT
    }

    pub(crate) fn bar(&self) -> usize {
        STEP - 1
    }
}

impl Bar {
    pub(crate) fn bad_y(&self) -> u64 {
        HEIGHT - self.bad
    }
}

const HEIGHT: u64 = 32;
const STEP: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_to_the_greatest_number() {
        let chart = Chart::of(&[(0, 0), (1, 0), (1000, 500)], String::new(), |_| String::new());
        let heights: Vec<_> = chart.bars.iter().map(|bar| (bar.height, bar.bad)).collect();
        assert_eq!(heights, [(0, 0), (1, 0), (32, 16)]);
        assert_eq!((chart.bars[2].y, chart.bars[2].bad_y(), chart.width), (0, 16, 15));
        assert!(
            Chart::of(&[(u64::MAX, u64::MAX)], String::new(), |_| String::new()).bars[0].height > 0
        );
    }
}
