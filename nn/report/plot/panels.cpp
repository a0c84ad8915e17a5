// Titles and legends of figures, and pages of them.
#include <algorithm>
#include <cmath>
#include <variant>

#include "../../../core/printable.hpp"
#include "../plot.hpp"
#include "axes.hpp"

namespace jt::plot {

namespace {

constexpr double margin = 40, headline_height = 92, gap = 24, letter = 6.4;

double width_of(const LegendEntry& entry) { return 34 + letter * static_cast<double>(letters(entry.label)); }

double width_of(const std::vector<LegendEntry>& legend) {
    double width = 0;
    for (const LegendEntry& entry : legend) width += width_of(entry);
    return width;
}

// How many have room; many where that is infinite or NaN.
std::size_t whole(double room, double least) { return static_cast<std::size_t>(std::max(least, std::min(1e6, room))); }

// Those that have a label and room for a letter of it, and of that label what has room.
std::vector<LegendEntry> fitting(std::vector<LegendEntry> legend, double width) {
    std::erase_if(legend, [](const LegendEntry& entry) { return entry.label.empty(); });
    legend.resize(std::min(legend.size(), whole(width / width_of(LegendEntry{"k", ""}), 0)));
    const double most = (width / static_cast<double>(legend.size()) - width_of(LegendEntry{})) / letter;
    if (width_of(legend) > width)
        for (LegendEntry& entry : legend) entry.label = shortened(entry.label, whole(most, 1));
    return legend;
}

Area cell_of(std::size_t k, const Layout& layout) {
    const auto columns = static_cast<double>(layout.columns);
    const auto across = static_cast<std::size_t>(layout.columns), down = k / across;
    const auto row = static_cast<double>(down), column = static_cast<double>(k % across);
    const double width = (layout.width - 2 * margin - (columns - 1) * gap) / columns;
    return {margin + column * (width + gap), headline_height + row * (layout.panel_height + gap), width,
            layout.panel_height};
}

}  // namespace

void heading(Page& page, const Area& area, const std::string& title, const std::vector<LegendEntry>& legend) {
    const auto most = whole(area.width / 7.2, 1);
    const std::string cut = shortened(title, most);
    page.text(area.x, area.y + 18, cut, {14, ink, "start", "bold"});
    const std::vector<LegendEntry> shown = fitting(legend, area.width);
    const bool below = 8 * static_cast<double>(letters(cut)) + width_of(shown) > area.width;
    const double y = area.y + (below ? 35 : 18);
    double x = area.x + area.width - width_of(shown);
    for (const LegendEntry& entry : shown) {
        page.line(x + 12, y - 4, x + 26, y - 4, entry.color, 4);
        page.text(x + 30, y, entry.label, {12, ink});
        x += width_of(entry);
    }
}

void save(const std::string& path, const std::string& sentence, const std::string& remark,
          const std::vector<Panel>& panels, const Layout& layout) {
    if (layout.columns < 1) fail<ValueError>("plot: needs 1 column or more, got ", layout.columns);
    if (!(layout.panel_height > 0))
        fail<ValueError>("plot: needs panels of a height above 0, got ", layout.panel_height);
    const std::size_t columns = static_cast<std::size_t>(layout.columns),
                      rows = (panels.size() + columns - 1) / columns;
    Page page(layout.width, headline_height + static_cast<double>(rows) * (layout.panel_height + gap));
    headline(page, sentence, remark);
    for (std::size_t k = 0; k < panels.size(); ++k)
        std::visit([&](const auto& panel) { draw(page, cell_of(k, layout), panel); }, panels[k]);
    page.save(path);
}

}  // namespace jt::plot
