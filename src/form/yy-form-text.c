/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-form-text.h"

static const char *const organization_documents[] = { "credit-code", "统一社会信用代码", "other",
                                                      "其他证件", NULL };
static const char *const organization_types[] = { "enterprise",  "企业",       "institution",
                                                  "事业单位",    "government", "机关",
                                                  "association", "社会团体",   "individual",
                                                  "个体工商户",  NULL };
static const char *const agent_documents[] = { "identity-card", "居民身份证", "passport",
                                               "护照",          "permit",     "通行证",
                                               "other",         "其他证件",   NULL };
static const char *const countries[] = { "CN",       "中国", "HK",       "中国香港", "MO",
                                         "中国澳门", "TW",   "中国台湾", NULL };

#define FIELD(section, label, member, wide, words)                                                 \
  {                                                                                                \
    section, label, G_STRUCT_OFFSET (YyOrder, member), wide, words                                 \
  }

static const YyFormField fields[] = {
  FIELD (YY_FORM_ORGANIZATION, "单位名称", organization, TRUE, NULL),
  FIELD (YY_FORM_ORGANIZATION,
         "证件类型",
         organization_document_type,
         FALSE,
         organization_documents),
  FIELD (YY_FORM_ORGANIZATION, "证件号码", organization_document_number, FALSE, NULL),
  FIELD (YY_FORM_ORGANIZATION, "单位类型", organization_type, FALSE, organization_types),
  FIELD (YY_FORM_ORGANIZATION, "联系电话", organization_phone, FALSE, NULL),
  FIELD (YY_FORM_ORGANIZATION, "所在地区", organization_country, TRUE, countries),
  FIELD (YY_FORM_ORGANIZATION, NULL, organization_province, TRUE, NULL),
  FIELD (YY_FORM_ORGANIZATION, NULL, organization_city, TRUE, NULL),
  FIELD (YY_FORM_ORGANIZATION, "法定住所", organization_address, TRUE, NULL),
  FIELD (YY_FORM_AGENT, "姓名", agent_name, FALSE, NULL),
  FIELD (YY_FORM_AGENT, "手机号码", agent_mobile, FALSE, NULL),
  FIELD (YY_FORM_AGENT, "证件类型", agent_document_type, FALSE, agent_documents),
  FIELD (YY_FORM_AGENT, "证件号码", agent_document_number, FALSE, NULL),
  FIELD (YY_FORM_AGENT, "电子邮箱", agent_email, TRUE, NULL),
};

static const YyFormTypeText types[YY_ORDER_N_TYPES] = {
  [YY_ORDER_APPLY] = { "新申请", "申请签发机构数字证书" },
  [YY_ORDER_RENEW] = { "续期", "申请延长机构数字证书的有效期" },
  [YY_ORDER_REISSUE] = { "补办", "申请补办机构数字证书，并注销原证书" },
  [YY_ORDER_CHANGE] = { "变更", "申请变更机构数字证书中的单位信息，并停用原证书" },
  [YY_ORDER_SEAL] = { "印章", "申请制作电子印章" },
  [YY_ORDER_UNLOCK] = { "解锁", "申请解锁上列证书介质，并重新设置其密码" },
  [YY_ORDER_REVOKE] = { "注销", "申请注销机构数字证书" },
};

const YyFormText yy_form_text = {
  .title = "机构数字证书申请表",
  .business = "业务信息",
  .number = "业务编号",
  .created = "申请时间",
  .created_format = "%Y年%m月%d日 %H:%M",
  .type = "业务类型",
  .token = "介质序列号",
  .years = "证书有效期",
  .seal = "电子印章",
  .seal_declined = "不申请",
  .sections = { "单位信息", "经办人信息" },
  .declaration = "申请单位声明",
  .signature = "经办人签字",
  .date = "申请日期",
  .date_blank = "年　　月　　日",
  .stamp = "申请单位\n盖章",
  .stamp_note = "（加盖公章）",
  .office = "认证机构审核（由认证机构填写）",
  .decision = "审核结果",
  .decisions = "□ 通过　　□ 不通过",
  .officer = "审核人",
  .remark = "审核意见",
  .office_date = "审核日期",
  .notes = "填表说明",
  .note_check = "请核对表中内容。内容有误的，请修改后重新下载本表；手工涂改的无效。",
  .note_sign = "经办人亲笔签字，填写申请日期，并加盖单位实体公章；电子签章、图片签名无效。",
  .note_papers = "网上提交完成后，将本表原件与其他纸质材料一并寄给认证机构。",
};

const YyFormField *
yy_form_fields (guint *count)
{
  *count = G_N_ELEMENTS (fields);
  return fields;
}

const char *
yy_form_field_value (const YyFormField *field, const YyOrder *order)
{
  const char *value = G_STRUCT_MEMBER (const char *, order, field->offset);

  if (value == NULL || *value == '\0')
    return NULL;
  for (guint i = 0; field->words != NULL && field->words[i] != NULL; i += 2)
    if (g_str_equal (value, field->words[i]))
      return field->words[i + 1];
  return value;
}

const YyFormTypeText *
yy_form_type_text (YyOrderType type)
{
  return &types[type];
}

char *
yy_form_text_years (guint years)
{
  return g_strdup_printf ("%u 年", years);
}

char *
yy_form_text_declaration (const char *ca, YyOrderType type)
{
  return g_strdup_printf (
      "本单位向%s%s，并声明如下：\n"
      "1. "
      "本表所填内容和所附材料真实、完整、有效，与本单位的证照一致；如有不实，由本单位承担责任。\n"
      "2. 上列经办人受本单位委托办理本次业务，其在办理中的行为由本单位负责。\n"
      "3. 本单位已阅读并接受认证机构公布的电子认证服务协议，妥善保管证书介质"
      "和密码，不转借他人使用。\n"
      "4. 单位信息有变化、介质遗失或密码可能泄露时，本单位即时告知认证机构。",
      ca, types[type].request);
}

char *
yy_form_text_note_scan (const char *limit)
{
  return g_strdup_printf (
      "盖章后彩色扫描成清晰的文件上传：jpg、png、gif、bmp 或 pdf 格式，不超过 %s。", limit);
}

char *
yy_form_text_foot (const char *ca, const char *hotline)
{
  return g_strdup_printf ("%s　客服热线：%s", ca, hotline);
}

char *
yy_form_text_page (const char *number, guint page, guint n_pages)
{
  return g_strdup_printf ("业务编号 %s　第 %u 页 共 %u 页", number, page, n_pages);
}
