// A graph as a picture. In each call of a module what feeds others stands in rows above them; rows are ordered by what
// they feed, and begin with what ops made, so that the data goes straight down and parameters come from the right.
#include <algorithm>
#include <tuple>

#include "../../core/printable.hpp"
#include "groups.hpp"

namespace jt {

namespace {

constexpr std::size_t most_rows = 1000;
constexpr int letter = 7, box_height = 34, side = 12, header = 20, gap = 14, fall = 24;  // all in pixels

using Size = std::size_t;
using Sizes = std::vector<Size>;

int width_of(const std::string& text) { return letter * static_cast<int>(letters(text)); }

// A row of the graph, a group, or a lane: a place that an edge goes through on its way to a farther row of boxes.
struct Placed {
    Size group;
    Size age;  // of the newest in it
    int width = 0, height = 0;
    int spine = 0;  // where what goes straight down goes through it
    bool leaf = false;
    Size rank = 0;  // rows of boxes below it, in its group
    double order = 0;
    Sizes below = {};        // what it leads to in the next row
    Sizes lanes = {};        // below it, from the highest
    Sizes entry_lanes = {};  // above it, from the highest
    int x = 0, y = 0;
};

// A use of one row by another. In the group that holds both, item `from` leads to item `to`; the groups that are left
// and entered on the way are given by the items in them.
struct Edge {
    Size source, target;
    Size from, to;
    Sizes exits = {}, entries = {};
};

class Layout {
public:
    explicit Layout(const Graph& graph);
    Size item_of_group(Size g) const { return rows_ + g; }
    /// Where an edge goes: down from the first point to the second, straight on to the third, and so on.
    std::vector<std::pair<int, int>> points(const Edge& edge) const;

    Groups groups;
    std::vector<Placed> items;
    std::vector<Edge> edges;

private:
    void add_items(const Graph& graph);
    Edge edge_between(Size source, Size target) const;
    void rank();
    void add_lanes();
    void lay(const Edge& edge);
    void lay_down(Size item, Size lowest);
    void lay_entry(Size item);
    Size add_lane(Size item, Size rank, Size age);
    void lead(Size from, Size to) { items[from].below.push_back(to); }
    std::vector<Sizes> sorted_rows(Size g);
    void sort_row(Sizes& row);
    void arrange(Size g);
    int place_row(const Sizes& row, int spine, int top, int height);
    void move_into_groups();

    Size rows_;
    std::vector<Sizes> members_;  // of each group
    Sizes tops_;                  // the highest rank in it
};

Layout::Layout(const Graph& graph)
    : groups(graph), rows_(graph.rows.size()), members_(groups.list.size()), tops_(groups.list.size()) {
    add_items(graph);
    for (Size k = 0; k < rows_; ++k)
        for (const Size in : graph.rows[k].inputs)
            if (in != Graph::none) edges.push_back(edge_between(in, k));
    rank();
    for (const Edge& edge : edges) lay(edge);
    for (Size k = 0; k < items.size(); ++k)
        if (k != item_of_group(0)) members_[items[k].group].push_back(k);
    for (Size g = groups.list.size(); g-- > 0;) arrange(g);
    move_into_groups();
}

std::string label_of(const Graph::Row& row) { return printable(row.name.empty() ? row.op : row.name); }
std::string label_of(const Scope& scope) {
    return printable(scope.parent ? scope.name + ": " + scope.kind : scope.kind);
}

void Layout::add_items(const Graph& graph) {
    for (Size k = 0; k < rows_; ++k) {
        const Graph::Row& row = graph.rows[k];
        const int width = std::max(width_of(label_of(row)), width_of(text(row.shape))) + 2 * side;
        items.push_back({groups.of_row[k], k, width, box_height, width / 2, row.leaf});
    }
    for (const auto& group : groups.list) items.push_back({group.parent, group.last});
}

Edge Layout::edge_between(Size source, Size target) const {
    Edge edge{source, target, source, target};
    const auto depth = [&](Size item) { return groups.list[items[item].group].depth; };
    while (items[edge.from].group != items[edge.to].group) {
        const bool leaves = depth(edge.from) > depth(edge.to);
        Size& end = leaves ? edge.from : edge.to;
        (leaves ? edge.exits : edge.entries).push_back(end);
        end = item_of_group(items[end].group);
    }
    return edge;
}

// Ends are always newer than where an edge begins, also among groups.
void Layout::rank() {
    std::vector<const Edge*> sorted;
    for (const Edge& edge : edges) sorted.push_back(&edge);
    std::sort(sorted.begin(), sorted.end(),
              [&](const Edge* a, const Edge* b) { return items[a->from].age > items[b->from].age; });
    for (const Edge* edge : sorted) items[edge->from].rank = std::max(items[edge->from].rank, items[edge->to].rank + 1);
    for (const Placed& item : items) tops_[item.group] = std::max(tops_[item.group], item.rank);
}

Size Layout::add_lane(Size item, Size rank, Size age) {
    Placed lane{items[item].group, age};
    lane.rank = rank;
    items.push_back(lane);
    return items.size() - 1;
}

void Layout::lay(const Edge& edge) {
    for (const Size item : edge.exits) lay_down(item, 0);
    for (const Size item : edge.entries) lay_entry(item);
    const Size lowest = items[edge.to].rank + 1;
    lay_down(edge.from, lowest);
    const Size skipped = items[edge.from].rank - lowest;
    lead(skipped == 0 ? edge.from : items[edge.from].lanes[skipped - 1], edge.to);
}

// All that an item feeds shares its lanes.
void Layout::lay_down(Size item, Size lowest) {
    for (Size at = items[item].rank - std::min(items[item].rank, items[item].lanes.size()); at > lowest; --at) {
        const Size lane = add_lane(item, at - 1, items[item].age);
        Sizes& lanes = items[item].lanes;
        lead(lanes.empty() ? item : lanes.back(), lane);
        lanes.push_back(lane);
    }
}

void Layout::lay_entry(Size item) {
    if (!items[item].entry_lanes.empty()) return;
    for (Size at = tops_[items[item].group]; at > items[item].rank; --at) {
        const Size lane = add_lane(item, at, 0);  // what comes in stands first
        Sizes& lanes = items[item].entry_lanes;
        if (!lanes.empty()) lead(lanes.back(), lane);
        lanes.push_back(lane);
    }
    if (!items[item].entry_lanes.empty()) lead(items[item].entry_lanes.back(), item);
}

void Layout::sort_row(Sizes& row) {
    for (const Size k : row) {
        double sum = 0;
        for (const Size to : items[k].below) sum += items[to].order;
        items[k].order = sum / static_cast<double>(std::max<Size>(items[k].below.size(), 1));
    }
    std::sort(row.begin(), row.end(), [&](Size a, Size b) {
        const Placed &i = items[a], &j = items[b];
        return std::tie(i.order, i.leaf, i.age, a) < std::tie(j.order, j.leaf, j.age, b);
    });
    for (Size k = 0; k < row.size(); ++k) items[row[k]].order = static_cast<double>(k);
}

std::vector<Sizes> Layout::sorted_rows(Size g) {
    std::vector<Sizes> rows(tops_[g] + 1);
    for (const Size k : members_[g]) rows[items[k].rank].push_back(k);
    for (Sizes& row : rows) sort_row(row);
    return rows;
}

// Gives the right end of the row.
int Layout::place_row(const Sizes& row, int spine, int top, int height) {
    int x = spine - items[row[0]].spine;
    for (const Size k : row) {
        Placed& item = items[k];
        if (item.height == 0) item.height = height;  // a lane
        item.x = x;
        item.y = top + height - item.height;
        x += item.width + gap;
    }
    return x - gap;
}

void Layout::arrange(Size g) {
    const std::vector<Sizes> rows = sorted_rows(g);
    int spine = 0, width = 0, y = g == 0 ? side : header;
    for (const Sizes& row : rows) spine = std::max(spine, items[row[0]].spine + side);
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        int height = 0;
        for (const Size k : *row) height = std::max(height, items[k].height);
        width = std::max(width, place_row(*row, spine, y, height));
        y += height + fall;
    }
    if (const Scope* scope = groups.list[g].scope)
        width = std::max(width, spine + gap / 2 + width_of(label_of(*scope)));
    Placed& whole = items[item_of_group(g)];
    whole.width = width + side;
    whole.height = y - fall + side;
    whole.spine = spine;
}

// Groups first, each after the one it stands in.
void Layout::move_into_groups() {
    const auto move = [&](Size k) {
        items[k].x += items[item_of_group(items[k].group)].x;
        items[k].y += items[item_of_group(items[k].group)].y;
    };
    for (Size g = 1; g < groups.list.size(); ++g) move(item_of_group(g));
    for (Size k = 0; k < items.size(); ++k)
        if (k < rows_ || k >= item_of_group(groups.list.size())) move(k);
}

std::vector<std::pair<int, int>> Layout::points(const Edge& edge) const {
    std::vector<std::pair<int, int>> out;
    const auto top = [&](const Placed& item) { out.emplace_back(item.x + item.spine, item.y); };
    const auto bottom = [&](const Placed& item) { out.emplace_back(item.x + item.spine, item.y + item.height); };
    const auto through = [&](const Sizes& lanes, Size n) {
        for (Size k = 0; k < n; ++k) top(items[lanes[k]]), bottom(items[lanes[k]]);
    };
    bottom(items[edge.source]);
    for (const Size item : edge.exits) through(items[item].lanes, items[item].rank);
    through(items[edge.from].lanes, items[edge.from].rank - items[edge.to].rank - 1);
    for (auto item = edge.entries.rbegin(); item != edge.entries.rend(); ++item)
        through(items[*item].entry_lanes, items[*item].entry_lanes.size());
    top(items[edge.target]);
    return out;
}

// ---- SVG

template <class... Parts>
std::string joined(const Parts&... parts) {
    std::string out;
    ((out += text(parts)), ...);
    return out;
}

std::string box(const Placed& item, const char* kind) {
    return joined("<rect class=\"", kind, "\" x=\"", item.x, "\" y=\"", item.y, "\" width=\"", item.width,
                  "\" height=\"", item.height, "\" rx=\"6\"/>\n");
}

std::string words(int x, int y, const char* kind, const std::string& said) {
    return joined("<text class=\"", kind, "\" x=\"", x, "\" y=\"", y, "\">", escaped(said), "</text>\n");
}

std::string drawn(const Graph::Row& row, const Placed& item) {
    const char* kind = row.leaf ? (row.name.empty() ? "leaf" : "named") : "op";
    const std::string out = box(item, kind) + words(item.x + item.spine, item.y + 14, "what", label_of(row)) +
                            words(item.x + item.spine, item.y + 28, "shape", text(row.shape));
    return row.gradient ? out : "<g class=\"off\">\n" + out + "</g>\n";
}

std::string drawn(const Scope& scope, const Placed& item) {
    return "<g><title>" + escaped(scope.path()) + "</title>\n" + box(item, "call") +
           words(item.x + item.spine + gap / 2, item.y + 14, "shape module", label_of(scope)) + "</g>\n";
}

std::string drawn(const std::vector<std::pair<int, int>>& points, bool gradient) {
    std::string out =
        joined("<path", gradient ? "" : " class=\"off\"", " d=\"M", points[0].first, " ", points[0].second);
    for (Size k = 1; k < points.size(); ++k) {
        const auto [x0, y0] = points[k - 1];
        const auto [x, y] = points[k];
        const int middle = (y0 + y) / 2;
        out += x == x0 ? joined("V", y) : joined("C", x0, " ", middle, " ", x, " ", middle, " ", x, " ", y);
    }
    return out + "\"/>\n";
}

constexpr const char* style = R"(<style>
text { font: 11px ui-monospace, Menlo, Consolas, monospace; fill: #1f2937; text-anchor: middle; }
text.shape { fill: #64748b; font-size: 10px; }
text.module { text-anchor: start; }
rect.op { fill: #ffffff; stroke: #64748b; }
rect.leaf { fill: #eef2f7; stroke: #94a3b8; }
rect.named { fill: #fef3c7; stroke: #d6a419; }
rect.call { fill: #3b82f6; fill-opacity: 0.08; stroke: #3b82f6; stroke-opacity: 0.35; }
path { fill: none; stroke: #475569; }
.off rect, path.off { stroke: #9ca3af; stroke-dasharray: 4 3; }
.off text { fill: #9ca3af; }
</style>
)";

}  // namespace

std::string Graph::svg() const {
    if (rows.size() > most_rows)
        fail<ValueError>("svg: needs a graph of at most ", most_rows, " rows, got ", rows.size(),
                         "; dot() gives larger ones");
    const Layout layout(*this);
    const Placed& whole = layout.items[layout.item_of_group(0)];
    std::string out = joined("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", whole.width, " ", whole.height,
                             "\" width=\"", whole.width, "\" height=\"", whole.height, "\">\n") +
                      style;
    out += "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>\n";
    for (Size g = 1; g < layout.groups.list.size(); ++g)
        out += drawn(*layout.groups.list[g].scope, layout.items[layout.item_of_group(g)]);
    for (const Edge& edge : layout.edges)
        out += drawn(layout.points(edge), rows[edge.source].gradient && rows[edge.target].gradient);
    for (Size k = 0; k < rows.size(); ++k) out += drawn(rows[k], layout.items[k]);
    return out + "</svg>\n";
}

}  // namespace jt
