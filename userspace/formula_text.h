/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FORMULA_TEXT_H
#define FORMULA_TEXT_H

#include "formula.h"

/* @formula in a person's words, for a comment: no longer than @size, with "..."
 * where it was cut. */
void formula_text(const struct formula *formula, char *text, size_t size);

#endif
