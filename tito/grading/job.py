"""Windows: a job object holds a worker to one process and its memory, and ends it when the judge ends."""


def confined(process, memory: int):
    """A job that `process` belongs to from here on; it lasts as long as what is returned. Raises OSError."""
    import pywintypes
    import win32job

    limits = (
        win32job.JOB_OBJECT_LIMIT_ACTIVE_PROCESS
        | win32job.JOB_OBJECT_LIMIT_PROCESS_MEMORY
        | win32job.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
        | win32job.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION  # no window that asks what to do about a crash
    )
    kind = win32job.JobObjectExtendedLimitInformation
    try:
        job = win32job.CreateJobObject(None, "")
        wanted = win32job.QueryInformationJobObject(job, kind)
        wanted["BasicLimitInformation"] |= {"LimitFlags": limits, "ActiveProcessLimit": 1}
        wanted["ProcessMemoryLimit"] = memory
        win32job.SetInformationJobObject(job, kind, wanted)
        win32job.AssignProcessToJobObject(job, int(process._handle))
    except pywintypes.error as error:
        raise OSError(f"job object: {error}") from error
    return job
