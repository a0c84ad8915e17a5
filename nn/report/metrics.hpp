// How good a classifier is. Predictions are scores, such as logits, (n, classes, ...) for targets (n, ...), of which
// the highest wins and the first of equal ones, or whole numbers of the targets' shape. Each throws a GraphError for an
// empty Var, a ShapeError for other shapes, a DtypeError for predicted classes or targets that are no whole numbers,
// and an IndexError for a target that is none of the classes.
#pragma once
#include <cstdint>

#include "../../autograd/var.hpp"

namespace jt {

/// The share of right predictions, from 0 to 1. Where a score is NaN no prediction is right; of none it is NaN.
double accuracy(const Var& predicted, const Var& targets);
/// The share of targets among the k highest of their scores, likewise. Throws a ValueError unless k is 1 or more.
double top_k_accuracy(const Var& scores, const Var& targets, std::int64_t k);
/// How often each class was taken for each: int32 (classes, classes), a row for each target, a column for each
/// prediction. Throws a ValueError for scores that are NaN, an IndexError for a prediction that is none of the classes.
Var confusion_matrix(const Var& predicted, const Var& targets, std::int64_t classes);

}  // namespace jt
