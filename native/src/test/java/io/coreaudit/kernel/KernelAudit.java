package io.coreaudit.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test, or a class of tests, that uses the real kernel's audit.
///
/// It runs alone on this machine (a file lock), as root in the initial namespaces, and finds the
/// kernel's rules and settings after each test as they were before. Where it cannot run it is
/// skipped with the reason; with `CI=true` it fails instead.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(KernelAuditExtension.class)
public @interface KernelAudit {}
