#include "summary.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <ostream>
#include <unordered_set>
#include <utility>

#include "../../autograd/grad.hpp"
#include "../../autograd/node.hpp"
#include "../../autograd/ops/create.hpp"
#include "../../autograd/ops/names.hpp"
#include "../../autograd/work.hpp"
#include "../../core/printable.hpp"
#include "../module/untouched.hpp"
#include "../module/watch.hpp"

namespace jt {

namespace {

using nn::Module;

std::int64_t bytes_of(const Var& x) { return static_cast<std::int64_t>(x.array().bytes()); }

// Makes a row of each call as it goes by.
class Account : public nn::CallWatch {
public:
    explicit Account(Summary& out) : out_(out) {}

    Vars around(Module& module, const std::function<Vars()>& run) override {
        const std::size_t row = add(module, scope_now ? scope_now->path() : module.class_name(), depth_);
        const Inside inside(*this);
        Vars outputs = run();
        own(row, inside.own());
        out_.rows[row].called = true;
        for (const Var& y : outputs) add_output(row, y);
        return outputs;
    }

    /// The modules that were not called.
    void add_rest(Module& net) {
        for (const auto& [path, module] : net.named_modules())
            if (!modules_.count(module.get())) {
                const auto depth = static_cast<std::size_t>(std::count(path.begin(), path.end(), '.') + 1);
                add(*module, net.class_name() + "." + path, depth);
            }
    }

private:
    // What goes on between the begin of a call and its end, apart from the calls in it.
    struct Inside {
        explicit Inside(Account& account)
            : account(account), before(multiply_adds_made), around(std::exchange(account.in_calls_, 0)) {
            ++account.depth_;
        }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;
        ~Inside() {
            --account.depth_;
            account.in_calls_ = around + all();
        }
        std::uint64_t all() const { return multiply_adds_made - before; }
        std::uint64_t own() const { return all() - account.in_calls_; }

        Account& account;
        const std::uint64_t before, around;
    };

    std::size_t add(Module& module, std::string path, std::size_t depth) {
        Summary::Row row{
            std::move(path), module.class_name(), depth, {}, false, !modules_.insert(&module).second, 0, 0, 0, 0};
        for (const std::string& name : module.attributes())
            if (!module.child(name)) count(row, module, name);
        out_.rows.push_back(std::move(row));
        return out_.rows.size() - 1;
    }

    void count(Summary::Row& row, const Module& module, const std::string& name) {
        const Var x = module.getattr(name);
        if (!x.defined() || module.is_derived(name) || name[0] == '_' || !vars_.insert(x.node()).second) return;
        kept_.push_back(x);
        const bool parameter = module.is_parameter(name), learns = parameter && x.requires_grad();
        (learns ? row.trainable : parameter ? row.frozen : row.buffers) += x.numel();
        (learns ? out_.trainable : parameter ? out_.frozen : out_.buffers) += x.numel();
        (parameter ? out_.bytes.parameters : out_.bytes.buffers) += bytes_of(x);
    }

    void own(std::size_t row, std::uint64_t multiply_adds) {
        out_.rows[row].multiply_adds = static_cast<std::int64_t>(multiply_adds);
        out_.multiply_adds += out_.rows[row].multiply_adds;
    }

    void add_output(std::size_t row, const Var& y) {
        out_.rows[row].outputs.push_back(y.defined() ? y.shape() : Shape{0});
        if (y.defined()) out_.bytes.outputs += bytes_of(y);
    }

    Summary& out_;
    std::size_t depth_ = 0;
    std::uint64_t in_calls_ = 0;
    std::unordered_set<const Module*> modules_;
    std::unordered_set<const Node*> vars_;
    Vars kept_;  // so that no other node gets the place of one that was counted
};

Var made(const Example& example) {
    return example.x.defined() || example.shape.empty() ? example.x : random(example.shape);
}

// A layer that refuses what stands for a shape may take other values.
template <class E>
[[noreturn]] void refused(const E& error, const std::vector<Example>& inputs) {
    const bool random = std::ranges::any_of(inputs, [](const Example& example) { return !example.x.defined(); });
    if (!random) throw;
    fail<E>(error.what(),
            "; summary gave random floats for a shape: give it a Var, as of indices, in place of the shape");
}

void try_out(nn::Module& net, const std::vector<Example>& inputs) {
    Vars in;
    for (const Example& example : inputs) in.push_back(made(example));
    try {
        net.call(in);
    } catch (const ValueError& error) {
        refused(error, inputs);
    } catch (const DtypeError& error) {
        refused(error, inputs);
    }
}

// ---- printing

std::string grouped(std::int64_t n) {
    std::string out = std::to_string(n);
    for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3)
        out.insert(static_cast<std::size_t>(at), ",");
    return out;
}

std::string parameters_of(const Summary::Row& row) {
    if (row.again) return "as above";
    return grouped(row.trainable + row.frozen) + (row.frozen > 0 ? " (" + grouped(row.frozen) + " frozen)" : "");
}

std::string outputs_of(const Summary::Row& row) {
    if (!row.called) return "not called";
    std::string out;
    for (const Shape& shape : row.outputs) out += (out.empty() ? "" : ", ") + text(shape);
    return out;
}

using Cells = std::array<std::string, 5>;

Cells cells_of(const Summary::Row& row) {
    return {std::string(2 * row.depth, ' ') + printable(row.path.substr(row.path.rfind('.') + 1)), printable(row.kind),
            outputs_of(row), parameters_of(row), grouped(row.multiply_adds)};
}

// The last two columns are numbers, which end where their headings do.
std::string line(const Cells& cells, const std::array<std::size_t, 5>& widths) {
    std::string out;
    for (std::size_t k = 0; k < cells.size(); ++k) {
        const std::string room(widths[k] - letters(cells[k]), ' ');
        out += (k == 0 ? "" : "  ") + (k < 3 ? cells[k] + room : room + cells[k]);
    }
    return out + '\n';
}

std::string table(const std::vector<Cells>& lines) {
    std::array<std::size_t, 5> widths{};
    for (const Cells& cells : lines)
        for (std::size_t k = 0; k < cells.size(); ++k) widths[k] = std::max(widths[k], letters(cells[k]));
    std::string out;
    for (const Cells& cells : lines) out += line(cells, widths);
    return out;
}

}  // namespace

Summary summary(nn::Module& net, const std::vector<Example>& inputs) {
    Summary out;
    const nn::Untouched untouched(net);
    const no_grad guard;
    Account account(out);
    try_out(net, inputs);
    account.add_rest(net);
    return out;
}

std::string str(const Summary& s) {
    std::vector<Cells> lines{{"layer", "class", "output", "parameters", "multiply-adds"}};
    for (const auto& row : s.rows) lines.push_back(cells_of(row));
    return table(lines) + "parameters: " + grouped(s.parameters()) + ", of which " + grouped(s.trainable) +
           " learn and " + grouped(s.frozen) + " are frozen, " + grouped(s.bytes.parameters) + " bytes\n" +
           "buffers: " + grouped(s.buffers) + ", " + grouped(s.bytes.buffers) + " bytes\n" +
           "outputs: " + grouped(s.bytes.outputs) + " bytes\n" + "multiply-adds: " + grouped(s.multiply_adds);
}

std::ostream& operator<<(std::ostream& out, const Summary& summary) { return out << str(summary); }

}  // namespace jt
