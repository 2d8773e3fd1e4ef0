use super::*;

fn of(nodes: usize, edges: &[(usize, usize)]) -> Layout {
    layout(&vec![100.0; nodes], edges)
}

#[test]
fn an_empty_graph_and_a_single_node_have_a_place() {
    assert!(of(0, &[]).nodes.is_empty());
    assert_eq!(of(1, &[(0, 0)]).bends, [[]]);
}

#[test]
fn a_chain_is_a_straight_line_and_a_tree_does_not_cross() {
    let chain = of(3, &[(0, 1), (1, 2)]).nodes;
    assert!(
        chain
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 == pair[1].1)
    );
    let mut tree = Layers::new(7, &[(0, 2), (0, 1), (1, 6), (1, 5), (2, 3), (2, 4)]);
    tree.order();
    assert_eq!(tree.crossings(), 0);
}

#[test]
fn nodes_of_a_rank_keep_their_distance_and_long_edges_pass_between_them() {
    let layout = of(5, &[(0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (3, 4)]);
    for (k, a) in layout.nodes.iter().enumerate() {
        for b in &layout.nodes[k + 1..] {
            assert!(a.0 != b.0 || (a.1 - b.1).abs() >= HEIGHT + GAP - 0.001);
        }
    }
    let [(x, y)] = layout.bends[4][..] else {
        panic!("it passes one rank")
    };
    assert_eq!(x, layout.nodes[1].0);
    assert!(
        [1, 2]
            .iter()
            .all(|node| (layout.nodes[*node].1 - y).abs() > HEIGHT / 2.0)
    );
}

#[test]
fn a_cycle_is_laid_out_too() {
    let layout = of(3, &[(0, 1), (1, 2), (2, 0), (2, 1)]);
    assert_eq!(layout.bends[2].len(), 1);
    assert!(
        layout
            .nodes
            .iter()
            .all(|(x, y)| x.is_finite() && y.is_finite())
    );
}
