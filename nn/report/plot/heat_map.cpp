// A matrix in colours.
#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "../../../autograd/node.hpp"
#include "../../../autograd/ops/create.hpp"
#include "../../../core/printable.hpp"
#include "../plot.hpp"
#include "axes.hpp"

namespace jt::plot {

namespace {

using Color = std::array<double, 3>;

// From pale to dark, also in gray.
Color shade(double t) {
    static constexpr std::array<Color, 5> stops{
        {{0.97, 0.98, 1}, {0.78, 0.86, 0.94}, {0.42, 0.68, 0.84}, {0.13, 0.44, 0.71}, {0.03, 0.19, 0.42}}};
    const double place = std::min(std::max(t, 0.), 1.) * (stops.size() - 1);
    const std::size_t k = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    const double part = place - static_cast<double>(k);
    Color out{};
    for (std::size_t c = 0; c < 3; ++c) out[c] = stops[k][c] + part * (stops[k + 1][c] - stops[k][c]);
    return out;
}

class Drawing {
public:
    Drawing(Page& page, const Area& area, const HeatMap& map)
        : page_(page),
          map_(map),
          rows_(map.matrix.shape(0)),
          columns_(map.matrix.shape(1)),
          values_(map.matrix.to_vector<double>()) {
        for (const double value : values_) extent_.add(value);
        if (map.range) std::tie(extent_.low, extent_.high) = *map.range;
        const double left = label_width() + (map.row.empty() ? 0 : 20), below = map.column.empty() ? 24 : 44;
        area_ = {area.x + left, area.y + 40, area.width - left - bar_room, area.height - 40 - below};
    }

    void draw() const {
        if (!values_.empty()) page_.image(area_, colors());
        page_.box(area_, "none", faint);
        draw_labels();
        draw_titles();
        draw_bar();
        if (map_.numbers && is_roomy()) draw_numbers();
    }

private:
    static constexpr double bar_room = 62, bar_width = 12, most_label = 110, letter = 6.4;

    double cell_width() const { return area_.width / static_cast<double>(std::max<std::int64_t>(columns_, 1)); }
    double cell_height() const { return area_.height / static_cast<double>(std::max<std::int64_t>(rows_, 1)); }
    bool is_roomy() const { return cell_width() >= 26 && cell_height() >= 13; }

    static std::string label(const std::vector<std::string>& labels, std::int64_t k) {
        return labels.empty() ? std::to_string(k) : labels[static_cast<std::size_t>(k)];
    }
    double label_width() const {
        std::size_t most = std::to_string(rows_).size();
        for (const std::string& words : map_.rows) most = std::max(most, letters(words));
        return std::min(12 + letter * static_cast<double>(most), most_label);
    }

    double share(double value) const {
        return extent_.low < extent_.high ? (value / 2 - extent_.low / 2) / (extent_.high / 2 - extent_.low / 2) : 0.5;
    }
    Var colors() const {
        std::vector<double> out;
        for (const double value : values_)
            for (const double level : shade(share(value))) out.push_back(has_place(value) ? level : NAN);
        return array(out).reshape({rows_, columns_, 3});
    }

    // As many as there is room for.
    static std::int64_t stride(double room, double cell) {
        return static_cast<std::int64_t>(std::max(std::ceil(room / cell), 1.));
    }
    void draw_labels() const {
        if (values_.empty()) return;
        for (std::int64_t k = 0; k < rows_; k += stride(13, cell_height()))
            page_.text(area_.x - 6, area_.y + (static_cast<double>(k) + 0.5) * cell_height() + 4,
                       shortened(label(map_.rows, k), 16), {11, faint, "end"});
        std::size_t widest = 0;
        for (std::int64_t k = 0; k < columns_; ++k) widest = std::max(widest, letters(label(map_.columns, k)));
        const std::size_t most = std::min(widest, static_cast<std::size_t>(std::max(cell_width() / letter - 1, 6.)));
        for (std::int64_t k = 0; k < columns_; k += stride(letter * static_cast<double>(most) + 4, cell_width()))
            page_.text(area_.x + (static_cast<double>(k) + 0.5) * cell_width(), area_.y + area_.height + 16,
                       shortened(label(map_.columns, k), most), {11, faint, "middle"});
    }

    void draw_titles() const {
        page_.text(area_.x + area_.width / 2, area_.y + area_.height + 36, map_.column, {11, faint, "middle"});
        page_.text(area_.x - 6, area_.y - 8, map_.row, {11, faint, "end"});
    }

    void draw_bar() const {
        if (extent_.empty()) return;
        const Area bar{area_.x + area_.width + 14, area_.y, bar_width, area_.height};
        std::vector<double> levels;
        for (int k = 63; k >= 0; --k)
            for (const double level : shade(extent_.low < extent_.high ? k / 63. : 0.5)) levels.push_back(level);
        page_.image(bar, array(levels).reshape({64, 1, 3}));
        page_.text(bar.x + bar_width + 4, bar.y + 9, number(extent_.high), {11, faint});
        if (extent_.low < extent_.high)
            page_.text(bar.x + bar_width + 4, bar.y + bar.height, number(extent_.low), {11, faint});
    }

    void draw_numbers() const {
        for (std::size_t k = 0; k < values_.size(); ++k) {
            const double value = values_[k];
            if (!has_place(value)) continue;
            const auto cell = static_cast<std::int64_t>(k), row = cell / columns_, column = cell % columns_;
            page_.text(area_.x + (static_cast<double>(column) + 0.5) * cell_width(),
                       area_.y + (static_cast<double>(row) + 0.5) * cell_height() + 4,
                       shortened(number(value), static_cast<std::size_t>(cell_width() / letter)),
                       {11, share(value) > 0.55 ? "white" : ink, "middle"});
        }
    }

    Page& page_;
    const HeatMap& map_;
    std::int64_t rows_, columns_;
    std::vector<double> values_;
    Extent extent_;
    Area area_{};
};

void check(const char* what, const std::vector<std::string>& labels, std::int64_t n) {
    if (!labels.empty() && static_cast<std::int64_t>(labels.size()) != n)
        fail<ValueError>("HeatMap: needs a label for each of ", n, " ", what, ", got ", labels.size());
}

void check_range(double low, double high) {
    if (!(high - low > 0) || !std::isfinite(high - low))
        fail<ValueError>("HeatMap: needs a range that rises, got ", low, " to ", high);
}

}  // namespace

void draw(Page& page, const Area& area, const HeatMap& map) {
    const Shape& shape = node_of("HeatMap", map.matrix).value.shape();
    if (shape.rank() != 2) fail<ShapeError>("HeatMap: needs a matrix (rows, columns), got ", shape);
    check("rows", map.rows, shape[0]);
    check("columns", map.columns, shape[1]);
    if (map.range) check_range(map.range->first, map.range->second);
    heading(page, area, map.title);
    Drawing(page, area, map).draw();
}

}  // namespace jt::plot
