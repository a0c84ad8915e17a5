// Check a gradient against numbers: gradcheck holds what jt::grad gives for a function against central differences.
#pragma once
#include <iosfwd>
#include <string>

#include "var.hpp"

namespace jt {

/// How gradcheck looks, and what it tolerates: an error of atol + rtol * |difference|.
struct GradcheckOptions {
    int order = 1;                    ///< 2 checks the gradient's own gradient as well
    double eps = 1e-6;                ///< step of the differences to either side
    double atol = 1e-7, rtol = 1e-6;  ///< for smooth functions with values, inputs and slopes of about 1
    std::uint64_t seed = 0;           ///< of the random directions; the random stream of `jt::rand` is left alone
};

/// The verdict; `message` says where the largest error was and both numbers there.
struct GradcheckResult {
    bool ok = true;
    double error = 0;
    std::string message;
    explicit operator bool() const { return ok; }
};
/// The message, and whether that is within the tolerance.
std::ostream& operator<<(std::ostream& out, const GradcheckResult& result);

/// Holds the gradients of f at float64 inputs against central differences, in a random direction, and when there are
/// at most 64 input elements (and as many outputs) for each pair of an output and an input element. f is called many
/// times and must give the same result each time. Throws a DtypeError for an input that is not float64 and a ValueError
/// for an order other than 1 or 2.
///     CHECK(jt::gradcheck([](const Vars& x) { return jt::tanh(x[0]) * x[1]; }, {a, b}, {.order = 2}));
GradcheckResult gradcheck(const Callable<Var(const Vars&)>& f, const Vars& inputs,
                          const GradcheckOptions& options = {});

}  // namespace jt
