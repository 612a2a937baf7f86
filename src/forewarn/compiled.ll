; What kernels call of numba's runtime, for code that is loaded without numba (compiled.py); the layout is that of numba 0.68,
; numba/core/runtime/nrt.cpp: a counted block is its count, destructor, the destructor's argument, data, size, allocator.
; The interpreter's lock is held in every call, so counting need not be atomic.

declare ptr @malloc(i64)
declare void @free(ptr)
declare i64 @llvm.ctlz.i64(i64, i1)

; Blocks given back are kept by the power of two that holds them: a call takes no new pages when the one before took as many.
@kept = internal global [64 x ptr] zeroinitializer

define ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %room = add i64 %size, 111
  %zeros = call i64 @llvm.ctlz.i64(i64 %room, i1 false)
  %power = sub i64 64, %zeros
  %bin = getelementptr [64 x ptr], ptr @kept, i64 0, i64 %power
  %old = load ptr, ptr %bin
  %none = icmp eq ptr %old, null
  br i1 %none, label %more, label %take
take:
  %next = load ptr, ptr %old
  store ptr %next, ptr %bin
  br label %made
more:
  %whole = shl i64 1, %power
  %new = call ptr @malloc(i64 %whole)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %out, label %made
made:
  %block = phi ptr [ %old, %take ], [ %new, %more ]
  %at = ptrtoint ptr %block to i64
  %past = add i64 %at, 111
  %even = and i64 %past, -64
  %data = inttoptr i64 %even to ptr
  store i64 1, ptr %block
  %third = getelementptr i64, ptr %block, i64 3
  store ptr %data, ptr %third
  %fourth = getelementptr i64, ptr %block, i64 4
  store i64 %power, ptr %fourth
  br label %out
out:
  %given = phi ptr [ null, %more ], [ %block, %made ]
  ret ptr %given
}
define ptr @NRT_MemInfo_alloc(i64 %size) {
  %block = call ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 64)
  ret ptr %block
}
define void @NRT_MemInfo_call_dtor(ptr %block) {
  %fourth = getelementptr i64, ptr %block, i64 4
  %power = load i64, ptr %fourth
  %bin = getelementptr [64 x ptr], ptr @kept, i64 0, i64 %power
  %next = load ptr, ptr %bin
  store ptr %next, ptr %block
  store ptr %block, ptr %bin
  ret void
}
define void @NRT_incref(ptr %block) {
  %none = icmp eq ptr %block, null
  br i1 %none, label %out, label %count
count:
  %old = load i64, ptr %block
  %new = add i64 %old, 1
  store i64 %new, ptr %block
  br label %out
out:
  ret void
}
define void @NRT_decref(ptr %block) {
  %none = icmp eq ptr %block, null
  br i1 %none, label %out, label %count
count:
  %old = load i64, ptr %block
  %new = sub i64 %old, 1
  store i64 %new, ptr %block
  %last = icmp eq i64 %new, 0
  br i1 %last, label %gone, label %out
gone:
  call void @NRT_MemInfo_call_dtor(ptr %block)
  br label %out
out:
  ret void
}
define ptr @NRT_Allocate(i64 %size) {
  %block = call ptr @malloc(i64 %size)
  ret ptr %block
}
define void @NRT_Free(ptr %block) {
  call void @free(ptr %block)
  ret void
}
; What an entry does with an exception: none is raised here, the entry gives 0.
define void @numba_gil_ensure(ptr %state) {
  ret void
}
define void @numba_gil_release(ptr %state) {
  ret void
}
define ptr @numba_unpickle(ptr %data, i32 %size, ptr %digest) {
  ret ptr null
}
define ptr @numba_runtime_build_excinfo_struct(ptr %kind, ptr %args) {
  ret ptr null
}
define void @numba_do_raise(ptr %exception) {
  ret void
}
; Lists are made by messages of errors alone: no memory for them, so no message.
define ptr @NRT_MemInfo_new_varsize_dtor(i64 %size, ptr %destroy) {
  ret ptr null
}
define ptr @NRT_MemInfo_varsize_realloc(ptr %block, i64 %size) {
  ret ptr null
}
; A number or a row in order as a row; nothing else is asked for.
define i32 @numba_attempt_nocopy_reshape(i64 %axes, ptr %dims, ptr %steps, i64 %to, ptr %new, ptr %out, i64 %item, i32 %fortran) {
  %few = icmp ule i64 %axes, 1
  %row = icmp eq i64 %to, 1
  %can = and i1 %few, %row
  br i1 %can, label %which, label %no
which:
  %number = icmp eq i64 %axes, 0
  br i1 %number, label %yes, label %look
look:
  %step = load i64, ptr %steps
  %even = icmp eq i64 %step, %item
  br i1 %even, label %yes, label %no
yes:
  store i64 %item, ptr %out
  ret i32 1
no:
  ret i32 0
}
