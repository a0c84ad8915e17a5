// Einstein's summation: operands are joined pair by pair, from left to right, as matrix products.
#include <algorithm>
#include <array>
#include <cctype>

#include "arithmetic.hpp"
#include "axes.hpp"
#include "diagonal.hpp"
#include "linalg.hpp"
#include "product.hpp"
#include "promote.hpp"
#include "reduce.hpp"
#include "shape.hpp"

namespace jt {

namespace {

bool has(const std::string& labels, char label) { return labels.find(label) != std::string::npos; }

template <class F>
std::string those(const std::string& labels, F wanted) {
    std::string out;
    std::copy_if(labels.begin(), labels.end(), std::back_inserter(out), wanted);
    return out;
}

// Axes that "..." stands for are called by numbers, 1 the last.
std::string numbered(std::size_t count) {
    std::string labels;
    for (std::size_t k = count; k > 0; --k) labels += static_cast<char>(k);
    return labels;
}

// An operand with a label for each axis; a scalar has none, and shape (1,).
struct Term {
    Var x;
    std::string labels;
};

class Einsum {
public:
    Einsum(const std::string& equation, const Vars& operands) : equation_(equation) {
        const std::string text = those(equation, [](char c) { return c != ' '; });
        const auto arrow = text.find("->");
        add_all(operands, text.substr(0, arrow) + ",");
        out_ = arrow == std::string::npos ? kept_by_default() : spelled(text.substr(arrow + 2), widest_);
        for (const char c : out_)
            if (extent(c) == -1 || std::count(out_.begin(), out_.end(), c) > 1)
                fail<ValueError>("einsum: needs letters of the operands, each once, behind '->', got '", equation_,
                                 "'");
    }

    Var result() {
        for (Term& term : terms_) widen(term);
        Term all = reduced(terms_[0], needed_after(0));
        for (std::size_t k = 1; k < terms_.size(); ++k) {
            const std::string later = needed_after(k);
            all = joined(all, reduced(terms_[k], later + all.labels), later);
        }
        if (out_.empty()) return reshape(all.x, {1});
        return terms_.size() == 1 && all.labels == out_ ? all.x.clone() : ordered(all, out_);
    }

private:
    // `list` is "ij,jk,".
    void add_all(const Vars& operands, const std::string& list) {
        if (static_cast<std::size_t>(std::count(list.begin(), list.end(), ',')) != operands.size())
            fail<ValueError>("einsum: needs as many operands as '", equation_, "' has terms, got ", operands.size());
        std::size_t start = 0;
        for (const Var& x : operands) {
            const auto end = list.find(',', start);
            add(x, list.substr(start, end - start));
            start = end + 1;
        }
    }

    // The labels of a term, with "..." replaced.
    std::string spelled(const std::string& term, std::size_t dots) const {
        std::string labels = term;
        const auto at = labels.find("...");
        if (at != std::string::npos) labels.replace(at, 3, "");
        const bool letters = std::all_of(labels.begin(), labels.end(), [](unsigned char c) { return std::isalpha(c); });
        if (!letters) fail<ValueError>("einsum: needs letters, one '...' a term, ',' and '->', got '", equation_, "'");
        return at == std::string::npos ? labels : labels.insert(at, numbered(dots));
    }

    void add(const Var& x, const std::string& term) {
        const Shape& shape = node_of("einsum", x).value.shape();
        const bool open = term.find("...") != std::string::npos;
        const std::size_t named = term.size() - (open ? 3 : 0);
        if (open ? named > shape.size() : named != shape.size())
            fail<ShapeError>("einsum: needs ", named, open ? " axes or more" : " axes", " for '", term, "', got ",
                             shape);
        widest_ = std::max(widest_, shape.size() - named);
        terms_.push_back({x, spelled(term, shape.size() - named)});
        for (std::size_t k = 0; k < shape.size(); ++k) note(terms_.back().labels[k], shape[k]);
    }

    void note(char label, std::int64_t extent) {
        std::int64_t& known = extents_[static_cast<unsigned char>(label)];
        if (known != extent && known != -1 && known != 1 && extent != 1)
            fail<ShapeError>("einsum: needs one extent for each letter of '", equation_, "', got ", known, " and ",
                             extent);
        if (known == -1 || known == 1) known = extent;
    }

    std::string kept_by_default() const {
        std::string all;
        for (const Term& term : terms_) all += term.labels;
        std::string once =
            those(all, [&](char c) { return std::isalpha(c) && std::count(all.begin(), all.end(), c) == 1; });
        std::sort(once.begin(), once.end());
        return numbered(widest_) + once;
    }

    std::int64_t extent(char label) const { return extents_[static_cast<unsigned char>(label)]; }
    Shape shape_of(const std::string& labels) const {
        Shape shape;
        for (const char label : labels) shape.push_back(extent(label));
        return shape;
    }

    // One axis for each label, of its whole extent.
    void widen(Term& term) const {
        const Shape whole = shape_of(term.labels);
        if (term.x.shape() != whole && !whole.empty()) term.x = broadcast(term.x, whole);
        for (std::size_t k = 0; k < term.labels.size(); ++k) {
            const auto again = term.labels.find(term.labels[k], k + 1);
            if (again == std::string::npos) continue;
            term.x = diagonal(term.x, 0, static_cast<int>(k), static_cast<int>(again));
            term.labels += term.labels[k];
            term.labels.erase(again, 1).erase(k--, 1);
        }
    }

    // The labels of the result, and of the terms behind the k-th.
    std::string needed_after(std::size_t k) const {
        std::string labels = out_;
        while (++k < terms_.size()) labels += terms_[k].labels;
        return labels;
    }

    static Term reduced(const Term& term, const std::string& needed) {
        Axes summed;
        for (std::size_t k = 0; k < term.labels.size(); ++k)
            if (!has(needed, term.labels[k])) summed.push_back(static_cast<int>(k));
        if (summed.empty()) return term;
        return {sum(term.x, summed), those(term.labels, [&](char c) { return has(needed, c); })};
    }

    static Var ordered(const Term& term, const std::string& labels) {
        Axes order;
        for (const char label : labels) order.push_back(static_cast<int>(term.labels.find(label)));
        return labels == term.labels ? term.x : transpose(term.x, order);
    }

    // What both have is summed over, unless it is needed later.
    Term joined(const Term& a, const Term& b, const std::string& needed) const {
        const std::string both = those(a.labels, [&](char c) { return has(b.labels, c); });
        const std::string batch = those(both, [&](char c) { return has(needed, c); });
        const std::string summed = those(both, [&](char c) { return !has(needed, c); });
        const std::string rows = those(a.labels, [&](char c) { return !has(both, c); });
        const std::string columns = those(b.labels, [&](char c) { return !has(both, c); });
        const auto n = shape_of(batch).numel(), k = shape_of(summed).numel();
        const auto i = shape_of(rows).numel(), j = shape_of(columns).numel();
        const bool upright = b.labels == batch + summed + columns;  // else its columns come first, as a copy if need be
        const Var left = reshape(ordered(a, batch + rows + summed), {n, i, k});
        const Var right = upright ? reshape(b.x, {n, k, j}) : reshape(ordered(b, batch + columns + summed), {n, j, k});
        const bool plain = rows.empty() && columns.empty();
        const Var y = summed.empty() ? left * reshape(right, {n, 1, j})
                      : plain        ? sum(left * reshape(right, {n, 1, k}), -1)
                                     : matmul(left, right, false, !upright);
        const std::string labels = batch + rows + columns;
        return {reshape(y, labels.empty() ? Shape{1} : shape_of(labels)), labels};
    }

    std::string equation_, out_;
    std::vector<Term> terms_;
    std::array<std::int64_t, 256> extents_ = filled();
    std::size_t widest_ = 0;

    static std::array<std::int64_t, 256> filled() {
        std::array<std::int64_t, 256> unknown;
        unknown.fill(-1);
        return unknown;
    }
};

}  // namespace

Var einsum(const std::string& equation, const Vars& operands) {
    if (operands.empty()) fail<ValueError>("einsum: needs at least one Var, got none");
    return Einsum(equation, operands).result();
}

}  // namespace jt
