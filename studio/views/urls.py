"""Addresses of making."""

from django.urls import path

from studio.views import (
    accounts,
    batch_desk,
    batches,
    desk,
    generations,
    prompt_templates,
    prompts,
    spend,
    uploads,
)

urlpatterns = [
    path("sign-in/", accounts.sign_in, name="sign_in"),
    path("sign-out/", accounts.sign_out, name="sign_out"),
    path("settings/", accounts.settings_page, name="settings_page"),
    path("p/<slug:project_slug>/people/", accounts.people, name="people"),
    path("p/<slug:project_slug>/prompts/", prompts.prompts, name="prompts"),
    path("p/<slug:project_slug>/prompts/new/", desk.prompt_new, name="prompt_new"),
    path("p/<slug:project_slug>/prompts/cost/", desk.prompt_cost, name="prompt_cost"),
    path("p/<slug:project_slug>/prompts/<int:pk>/", prompts.prompt_record, name="prompt_record"),
    path("p/<slug:project_slug>/prompts/<int:pk>/revise/", desk.prompt_revise, name="prompt_revise"),
    path("p/<slug:project_slug>/prompts/<int:pk>/generate/", prompts.prompt_generate, name="prompt_generate"),
    path("p/<slug:project_slug>/generations/<int:pk>/", generations.generation, name="generation"),
    path("p/<slug:project_slug>/generations/<int:pk>/cancel/", generations.generation_cancel, name="generation_cancel"),
    path("p/<slug:project_slug>/generations/<int:pk>/ask/", generations.generation_ask, name="generation_ask"),
    path("p/<slug:project_slug>/generations/<int:pk>/settle/", generations.generation_settle, name="generation_settle"),
    path("p/<slug:project_slug>/batches/", batches.batches, name="batches"),
    path("p/<slug:project_slug>/batches/new/", batch_desk.batch_new, name="batch_new"),
    path("p/<slug:project_slug>/batches/preview/", batch_desk.batch_preview, name="batch_preview"),
    path("p/<slug:project_slug>/batches/<int:pk>/", batches.batch, name="batch"),
    path("p/<slug:project_slug>/batches/<int:pk>/pause/", batches.batch_pause, name="batch_pause"),
    path("p/<slug:project_slug>/batches/<int:pk>/resume/", batches.batch_resume, name="batch_resume"),
    path("p/<slug:project_slug>/batches/<int:pk>/cancel/", batches.batch_cancel, name="batch_cancel"),
    path("p/<slug:project_slug>/batches/<int:pk>/retry/", batches.batch_retry, name="batch_retry"),
    path("p/<slug:project_slug>/templates/", prompt_templates.prompt_templates, name="prompt_templates"),
    path("p/<slug:project_slug>/templates/new/", prompt_templates.template_new, name="template_new"),
    path("p/<slug:project_slug>/templates/<int:pk>/", prompt_templates.template_edit, name="template_edit"),
    path("p/<slug:project_slug>/spend/", spend.spend, name="spend"),
    path("p/<slug:project_slug>/spend/budgets/", spend.budget_set, name="budget_set"),
    path("p/<slug:project_slug>/spend/budgets/<int:pk>/remove/", spend.budget_remove, name="budget_remove"),
    path("p/<slug:project_slug>/upload/", uploads.upload, name="upload"),
]
