// The lay-out of the page: a heading, two charts, what was taken for what, a grid of digits.
#include "digits_page.hpp"

#include <algorithm>
#include <cstdio>
#include <minijt/metrics.hpp>
#include <minijt/plot.hpp>

namespace plot = jt::plot;
using jt::Var;

namespace {

constexpr double page_width = 960, margin = 40, top = 92, chart_height = 320, gap = 24;
constexpr double width = (page_width - 2 * margin - gap) / 2;
constexpr int columns = 6;

/// Each with what it is and what it was read as.
plot::Images misread(const Digits& test, const Score& score) {
    const Var wrong = score.read != test.labels;
    const auto labels = test.labels[wrong].to_vector<int>(), read = score.read[wrong].to_vector<int>();
    plot::Images out{labels.empty() ? "No test digit was misread" : "Misread test digits (true → read as)",
                     test.images[wrong].reshape({-1, 8, 8}), 1, 0, columns};
    for (std::size_t k = 0; k < labels.size(); ++k)
        out.captions.push_back(std::to_string(labels[k]) + " → " + std::to_string(read[k]));
    return out;
}

template <class F>
plot::Curves curves_of(const std::string& title, const std::vector<Epoch>& history, F value) {
    plot::Curves curves{title, {{"train"}, {"test"}}};
    for (const auto& epoch : history) {
        curves.series[0].values.push_back(value(epoch.train));
        curves.series[1].values.push_back(value(epoch.test));
    }
    return curves;
}

void draw_curves(plot::Page& page, const std::vector<Epoch>& history) {
    auto loss = curves_of("Cross-entropy loss", history, [](const Score& score) { return score.loss; });
    loss.logarithmic = true;
    auto accuracy = curves_of("Accuracy", history, [](const Score& score) { return score.accuracy; });
    accuracy.unit = " %";
    draw(page, {margin, top, width, chart_height}, loss);
    draw(page, {margin + width + gap, top, width, chart_height}, accuracy);
}

}  // namespace

void write_page(const std::string& path, const std::string& title, const std::vector<Epoch>& history,
                const Digits& test, const Score& score) {
    const plot::Images wrong = misread(test, score);
    const auto rows = static_cast<double>((wrong.captions.size() + columns - 1) / columns);
    const double below = top + (history.empty() ? 0 : chart_height + gap), height = std::max(400., 40 + 92 * rows);
    plot::Page page(page_width, below + height + gap);
    char accuracy[80];
    std::snprintf(accuracy, sizeof accuracy, "%.2f %% of %d test digits read right", score.accuracy,
                  static_cast<int>(score.of()));
    headline(page, accuracy, title);
    if (!history.empty()) draw_curves(page, history);
    const Var taken = jt::confusion_matrix(score.read, test.labels, 10);
    draw(page, {margin, below, width, 400}, plot::HeatMap{"What was taken for what", taken, {}, {}, "true", "read as"});
    draw(page, {margin + width + gap, below, width, height}, wrong);
    page.save(path);
}
