//! A layered layout, left to right, for the drawing of a graph without a browser.
//!
//! After Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures", IEEE Transactions on Systems, Man, and
//! Cybernetics 11 (1981): ranks, an order in each by barycentres, then coordinates. Ranks are those of the longest path; an edge across several of them
//! becomes a chain of points, one in each. Coordinates minimise the squared distance of each point to the mean of its neighbours, rank by
//! rank, by pooling adjacent violators (Ayer et al., "An Empirical Distribution Function for Sampling with Incomplete Information", 1955).

/// The height of a node, and the room between two of them.
pub(super) const HEIGHT: f64 = 46.0;
const GAP: f64 = 14.0;
/// The room that an edge takes which passes a rank.
const LANE: f64 = 4.0;
/// The room between ranks, for the edges.
const BETWEEN: f64 = 90.0;
/// How often orders and coordinates are improved. Neither gets better to the eye beyond that.
const SWEEPS: usize = 12;

/// Where everything is: centres of nodes, and points along edges.
pub(super) struct Layout {
    pub(super) nodes: Vec<(f64, f64)>,
    /// For each edge the points between its ends, from `from` to `to`.
    pub(super) bends: Vec<Vec<(f64, f64)>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Lays out nodes of these widths. An edge from a node to itself has no bends. O(sweeps * crossings) in the worst case.
pub(super) fn layout(widths: &[f64], edges: &[(usize, usize)]) -> Layout {
    let mut layers = Layers::new(widths.len(), edges);
    layers.order();
    let y = layers.place();
    let (x, width) = columns(widths, &layers);
    let at = |point: usize| (x[layers.rank[point]], y[point]);
    let bends = layers.chains.iter().map(|chain| {
        let inner = chain.len().saturating_sub(1);
        chain
            .iter()
            .take(inner)
            .skip(1)
            .map(|point| at(*point))
            .collect()
    });
    let height = y
        .iter()
        .fold(0.0, |most: f64, y| most.max(y + HEIGHT / 2.0 + GAP));
    Layout {
        nodes: (0..widths.len()).map(at).collect(),
        bends: bends.collect(),
        width,
        height,
    }
}

/// The centre of each rank, and where the last one ends.
fn columns(widths: &[f64], layers: &Layers) -> (Vec<f64>, f64) {
    let mut centres = Vec::new();
    let mut left = GAP;
    for layer in &layers.layers {
        let real = layer.iter().filter_map(|point| widths.get(*point));
        let widest = real.fold(0.0, |most: f64, width| most.max(*width));
        centres.push(left + widest / 2.0);
        left += widest + BETWEEN;
    }
    (centres, (left - BETWEEN + GAP).max(GAP))
}

/// Points in ranks: the nodes, and after them the points of edges that pass a rank.
struct Layers {
    /// How many of the points are nodes.
    nodes: usize,
    rank: Vec<usize>,
    /// The points of each rank, in order.
    layers: Vec<Vec<usize>>,
    /// The points of each edge, from `from` to `to`.
    chains: Vec<Vec<usize>>,
    /// The points next to each, one rank before and one after it.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Layers {
    fn new(nodes: usize, edges: &[(usize, usize)]) -> Self {
        let rank = ranks(nodes, edges);
        let mut layers = Layers {
            nodes,
            layers: vec![Vec::new(); rank.iter().max().map_or(0, |last| last + 1)],
            rank,
            chains: Vec::new(),
            before: vec![Vec::new(); nodes],
            after: vec![Vec::new(); nodes],
        };
        for node in 0..nodes {
            layers.layers[layers.rank[node]].push(node);
        }
        for (from, to) in edges {
            layers.add(*from, *to);
        }
        layers
    }

    /// An edge that closes a cycle runs back, and is a chain all the same.
    fn add(&mut self, from: usize, to: usize) {
        if from == to {
            self.chains.push(Vec::new());
            return;
        }
        let is_back = self.rank[from] > self.rank[to];
        let (low, high) = if is_back { (to, from) } else { (from, to) };
        let mut chain = vec![low];
        for rank in self.rank[low] + 1..self.rank[high] {
            let point = self.rank.len();
            self.rank.push(rank);
            self.layers[rank].push(point);
            self.before.push(Vec::new());
            self.after.push(Vec::new());
            chain.push(point);
        }
        chain.push(high);
        for pair in chain.windows(2) {
            self.after[pair[0]].push(pair[1]);
            self.before[pair[1]].push(pair[0]);
        }
        if is_back {
            chain.reverse();
        }
        self.chains.push(chain);
    }

    /// Orders the points of each rank, so that few edges cross.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for sweep in 0..SWEEPS {
            let is_down = sweep % 2 == 0;
            let mut position = self.positions();
            for step in 0..self.layers.len() {
                let layer = if is_down {
                    step
                } else {
                    self.layers.len() - 1 - step
                };
                let near = if is_down { &self.before } else { &self.after };
                let centre = |point: &usize| {
                    mean(near[*point].iter().map(|other| position[*other]))
                        .unwrap_or(position[*point])
                };
                let mut keyed: Vec<(f64, usize)> = self.layers[layer]
                    .iter()
                    .map(|point| (centre(point), *point))
                    .collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                self.layers[layer] = keyed.into_iter().map(|(_, point)| point).collect();
                for (place, point) in self.layers[layer].iter().enumerate() {
                    position[*point] = place as f64;
                }
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    /// The place of each point in its rank.
    fn positions(&self) -> Vec<f64> {
        let mut position = vec![0.0; self.rank.len()];
        for layer in &self.layers {
            for (place, point) in layer.iter().enumerate() {
                position[*point] = place as f64;
            }
        }
        position
    }

    /// How many pairs of edges between neighbouring ranks cross.
    fn crossings(&self) -> usize {
        let position = self.positions();
        let in_layer = |layer: &Vec<usize>| {
            let mut ends: Vec<f64> = Vec::new();
            for point in layer {
                let first = ends.len();
                ends.extend(self.after[*point].iter().map(|to| position[*to]));
                // Of one point's edges none cross.
                ends[first..].sort_by(f64::total_cmp);
            }
            let pairs = ends.iter().enumerate();
            let crossed =
                pairs.map(|(k, end)| ends[k + 1..].iter().filter(|other| *other < end).count());
            crossed.sum::<usize>()
        };
        self.layers.iter().map(in_layer).sum()
    }

    /// The vertical coordinate of each point.
    fn place(&self) -> Vec<f64> {
        let mut y = vec![0.0; self.rank.len()];
        for layer in &self.layers {
            let wanted = vec![0.0; layer.len()];
            self.fit(layer, &wanted, &mut y);
        }
        for sweep in 0..SWEEPS {
            for step in 0..self.layers.len() {
                let is_down = sweep % 2 == 0;
                let layer = &self.layers[if is_down {
                    step
                } else {
                    self.layers.len() - 1 - step
                }];
                let wanted: Vec<f64> = layer
                    .iter()
                    .map(|point| {
                        let near = self.before[*point].iter().chain(&self.after[*point]);
                        mean(near.map(|other| y[*other])).unwrap_or(y[*point])
                    })
                    .collect();
                self.fit(layer, &wanted, &mut y);
            }
        }
        let top = y.iter().copied().fold(f64::INFINITY, f64::min);
        y.iter().map(|y| y - top + HEIGHT / 2.0 + GAP).collect()
    }

    /// Brings the points of a rank as near as can be to where they want to be, in their order and with room between them.
    fn fit(&self, layer: &[usize], wanted: &[f64], y: &mut [f64]) {
        let size = |point: usize| {
            if point < self.nodes {
                HEIGHT + GAP
            } else {
                LANE + GAP
            }
        };
        let mut offsets = Vec::with_capacity(layer.len());
        let mut offset = 0.0;
        for (k, point) in layer.iter().enumerate() {
            offset += if k == 0 {
                0.0
            } else {
                (size(layer[k - 1]) + size(*point)) / 2.0
            };
            offsets.push(offset);
        }
        // Without their offsets they have only not to fall: blocks that would are merged at their mean.
        let mut blocks: Vec<(f64, usize)> = Vec::new();
        for (wanted, offset) in wanted.iter().zip(&offsets) {
            let mut block = (wanted - offset, 1);
            while let Some((value, count)) = blocks.pop_if(|last| last.0 > block.0) {
                let sum = value * count as f64 + block.0 * block.1 as f64;
                block = (sum / (count + block.1) as f64, count + block.1);
            }
            blocks.push(block);
        }
        let values = blocks
            .iter()
            .flat_map(|(value, count)| std::iter::repeat_n(*value, *count));
        for ((point, offset), value) in layer.iter().zip(offsets).zip(values) {
            y[*point] = value + offset;
        }
    }
}

/// For each node the length of the longest path to it, along edges that all point forwards in one order of the nodes. Where there is no cycle that is their own
/// direction; in a cycle, the node with the fewest edges into it comes first. No edge is level then. O(nodes² + edges).
fn ranks(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut open = vec![0_usize; nodes];
    let mut near = vec![Vec::new(); nodes];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        open[*to] += 1;
        near[*from].push(*to);
    }
    let (mut left, mut rank) = (vec![true; nodes], vec![0; nodes]);
    let mut order = Vec::with_capacity(nodes);
    while let Some(node) = (0..nodes).filter(|k| left[*k]).min_by_key(|k| open[*k]) {
        left[node] = false;
        order.push(node);
        for to in near[node].iter().filter(|to| left[**to]) {
            open[*to] -= 1;
        }
    }
    let mut place = vec![0; nodes];
    for (k, node) in order.iter().enumerate() {
        place[*node] = k;
    }
    let mut after = vec![Vec::new(); nodes];
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        let is_back = place[*from] > place[*to];
        let (low, high) = if is_back { (*to, *from) } else { (*from, *to) };
        after[low].push(high);
    }
    for node in order {
        for to in &after[node] {
            rank[*to] = rank[*to].max(rank[node] + 1);
        }
    }
    rank
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests;
