// Gradients against central differences.
#include "gradcheck.hpp"

#include <cmath>
#include <numeric>
#include <ostream>
#include <random>

#include "grad.hpp"
#include "ops/arithmetic.hpp"
#include "ops/create.hpp"

namespace jt {

namespace {

using Numbers = std::vector<double>;
using Function = Callable<Var(const Vars&)>;

constexpr std::size_t jacobian_limit = 64;

double dot(const Numbers& x, const Numbers& y) { return std::inner_product(x.begin(), x.end(), y.begin(), 0.0); }

std::size_t size_of(const Var& x) { return static_cast<std::size_t>(x.numel()); }

// One order of one check: all input elements are seen as one long vector.
class Check {
public:
    Check(const Function& f, const Vars& inputs, const GradcheckOptions& options)
        : f_(f), inputs_(inputs), options_(options), random_(options.seed) {
        for (const auto& x : inputs)
            for (double number : x.to_vector<double>()) point_.push_back(number);
        outputs_ = values(point_).size();
    }

    GradcheckResult run() {
        along_random_direction();
        if (point_.size() <= jacobian_limit && outputs_ <= jacobian_limit) element_by_element();
        return worst_;
    }

    // The gradient as a function of the inputs and of the gradient that comes in, in a random direction: a gradcheck of
    // it checks the second order. Adding each input times 0 keeps linear functions differentiable.
    Function gradient_function() {
        const Numbers direction = random_numbers(point_.size());
        return [this, direction](const Vars& x_and_g) {
            Vars x = x_and_g;
            x.pop_back();
            const Vars w = vars_at(direction);
            const Vars gradients = grad((f_(x) * x_and_g.back()).sum(), x);
            Var total = array({0}, Dtype::float64);
            for (std::size_t k = 0; k < x.size(); ++k) total += (gradients[k] * w[k]).sum() + x[k].sum() * 0;
            return total + x_and_g.back().sum() * 0;
        };
    }
    Vars gradient_inputs() {
        Vars inputs = inputs_;
        const Var y = f_(vars_at(point_));
        inputs.push_back(array(random_numbers(size_of(y)).data(), y.shape(), Dtype::float64));
        return inputs;
    }

private:
    Vars vars_at(const Numbers& numbers) const {
        Vars out;
        const double* next = numbers.data();
        for (const auto& x : inputs_) {
            out.push_back(array(next, x.shape(), Dtype::float64));
            next += x.numel();
        }
        return out;
    }
    Numbers values(const Numbers& point) const { return f_(vars_at(point)).to_vector<double>(); }
    Numbers differences(const Numbers& direction) const {
        Numbers before = point_, after = point_;
        for (std::size_t j = 0; j < point_.size(); ++j) {
            before[j] -= options_.eps * direction[j];
            after[j] += options_.eps * direction[j];
        }
        const Numbers low = values(before);
        Numbers slopes = values(after);
        for (std::size_t i = 0; i < outputs_; ++i) slopes[i] = (slopes[i] - low[i]) / (2 * options_.eps);
        return slopes;
    }
    Numbers gradient(const Numbers& g) const {
        const Vars x = vars_at(point_);
        const Var y = f_(x);
        Numbers out;
        for (const auto& gx : grad((y * array(g.data(), y.shape(), Dtype::float64)).sum(), x))
            for (double number : gx.to_vector<double>()) out.push_back(number);
        return out;
    }
    Numbers random_numbers(std::size_t n) {
        Numbers out(n);
        for (auto& x : out) x = static_cast<double>(random_() >> 11) * 0x1p-52 - 1;
        return out;
    }

    void along_random_direction() {
        const Numbers g = random_numbers(outputs_), direction = random_numbers(point_.size());
        compare(dot(gradient(g), direction), dot(g, differences(direction)), "in a random direction");
    }
    void element_by_element() {
        std::vector<Numbers> columns;
        for (std::size_t j = 0; j < point_.size(); ++j) columns.push_back(differences(unit(point_.size(), j)));
        for (std::size_t i = 0; i < outputs_; ++i) {
            const Numbers row = gradient(unit(outputs_, i));
            for (std::size_t j = 0; j < point_.size(); ++j) compare(row[j], columns[j][i], place(i, j));
        }
    }
    static Numbers unit(std::size_t n, std::size_t k) {
        Numbers out(n);
        out[k] = 1;
        return out;
    }
    std::string place(std::size_t output, std::size_t element) const {
        std::size_t input = 0;
        while (element >= size_of(inputs_[input])) element -= size_of(inputs_[input++]);
        return "of output element " + text(output) + " for element " + text(element) + " of input " + text(input);
    }

    void compare(double gradient, double difference, const std::string& where) {
        const double error = std::abs(gradient - difference);
        const bool ok = error <= options_.atol + options_.rtol * std::abs(difference);
        if (!worst_.message.empty() && (ok || !worst_.ok) && !(error > worst_.error)) return;
        worst_ = {ok && worst_.ok, error,
                  "gradient " + text(gradient) + ", difference " + text(difference) + " " + where};
    }

    const Function& f_;
    const Vars& inputs_;
    const GradcheckOptions& options_;
    std::mt19937_64 random_;
    Numbers point_;
    std::size_t outputs_ = 0;
    GradcheckResult worst_;
};

void check_arguments(const Vars& inputs, int order) {
    for (const auto& x : inputs)
        if (x.dtype() != Dtype::float64) fail<DtypeError>("gradcheck: needs float64 inputs, got ", x.dtype());
    if (order != 1 && order != 2) fail<ValueError>("gradcheck: needs order 1 or 2, got ", order);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const GradcheckResult& result) {
    return out << result.message << (result ? ": within the tolerance" : ": beyond the tolerance");
}

GradcheckResult gradcheck(const Function& f, const Vars& inputs, const GradcheckOptions& options) {
    check_arguments(inputs, options.order);
    const enable_grad guard;
    Check first(f, inputs, options);
    GradcheckResult result = first.run();
    result.message = "gradcheck: " + result.message;
    if (!result.ok || options.order == 1) return result;
    const Vars second_inputs = first.gradient_inputs();
    const Function gradient = first.gradient_function();
    GradcheckResult second = Check(gradient, second_inputs, options).run();
    second.message = "gradcheck, order 2: " + second.message;
    return !second.ok || second.error > result.error ? second : result;
}

}  // namespace jt
